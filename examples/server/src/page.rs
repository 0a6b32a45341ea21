//! The page of a demonstration, at `/`. It plays a login against this server, and also in the page if its machine was
//! built.

use crate::demo;
use authflow::{
    Application,
    factor::{Factor, FactorSet},
    flow::graph,
};
use axum::{
    Router,
    body::Body,
    http::header,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::{Value, json};
use std::{fs, path::Path, sync::Arc};

/// The page loads nothing from elsewhere. Its machine is WebAssembly.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const WASM: &str = "application/wasm";

macro_rules! files {
    ($($name:literal $kind:expr;)*) => {
        /// The files of the page.
        const FILES: &[(&str, &str, &str)] = &[$(($name, $kind, include_str!(concat!("../../../playground/page/", $name)))),*];
    };
}

files! {
    "index.html" HTML;
    "page.css" CSS;
    "curl.js" JAVASCRIPT;
    "machine-backend.js" JAVASCRIPT;
    "page.js" JAVASCRIPT;
    "server-backend.js" JAVASCRIPT;
    "tokens.js" JAVASCRIPT;
    "words.js" JAVASCRIPT;
}

/// The files that `playground-build` makes, and their media types.
const BUILT: [(&str, &str); 2] = [("machine.js", JAVASCRIPT), ("machine_bg.wasm", WASM)];

/// The routes of the page, in a demonstration of this application. The folder has the machine, if it was built.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(application: &Application, built: &Path) -> Router<S> {
    let shown = Arc::new(shown(application).to_string());
    let mut router = Router::new()
        .route("/playground.json", get(async move || sent("application/json", shown.to_string())));
    for (name, kind, text) in FILES {
        let path = if *name == "index.html" { "/".to_owned() } else { format!("/{name}") };
        router = router.route(&path, get(async || sent(kind, *text)));
    }
    for (name, kind) in BUILT {
        if let Ok(bytes) = fs::read(built.join(name)) {
            router = router.route(&format!("/{name}"), get(async move || sent(kind, bytes)));
        }
    }
    router
}

fn sent(kind: &'static str, bytes: impl Into<Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, bytes.into()).into_response()
}

/// The facts about this server that the page shows, and the headers of a caller.
fn shown(application: &Application) -> Value {
    let graph = graph(&application.policy);
    let findings = graph.check(FactorSet::EMPTY.with(Factor::Password));
    json!({
        "graph": graph.svg().to_string(),
        "findings": findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "user_name": "erin",
        "password": demo::PASSWORD,
        "new_password": "Battery-Staple-8",
        "headers": [
            ["X-operating-sys-version", "Android 10"],
            ["X-device-fingerprint", "156aysdna213sac"],
            ["X-agent", "playground"],
            ["X-client-id", application.client_id.as_str()],
        ],
    })
}
