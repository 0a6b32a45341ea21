//! The text that the server prints when it starts.

use crate::{cli::Cli, demo, operations::AuditTo};
use data_encoding::BASE32_NOPAD;
use std::{
    fmt::Write as _,
    io::{self, Write as _},
    net::SocketAddr,
};

/// The kinds of servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Service,
    Demonstration,
    TestDouble,
}

impl Kind {
    pub(crate) fn of(cli: &Cli) -> Self {
        match (cli.dev.is_double(), cli.is_demo()) {
            (true, _) => Self::TestDouble,
            (false, true) => Self::Demonstration,
            (false, false) => Self::Service,
        }
    }
}

/// The first line names the address, for people and for scripts that let the system pick the port.
pub(crate) fn print(address: SocketAddr, management: Option<SocketAddr>, cli: &Cli) {
    let (mut text, kind) = (format!("listening on http://{address}\n"), Kind::of(cli));
    if let Some(management) = management {
        let _ = writeln!(text, "management on http://{management}");
    }
    if kind != Kind::Service {
        // A `String` takes all that is written to it.
        let _ = describe_demo(&mut text, address, kind, cli.config_file().is_none());
    }
    // Either output may be closed. That is no reason not to serve.
    let _ = match cli.audit {
        // Standard output has only records then.
        Some(AuditTo::StandardOutput) => io::stderr().write_all(text.as_bytes()),
        _ => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        }
    };
}

fn describe_demo(text: &mut String, address: SocketAddr, kind: Kind, has_provider: bool) -> std::fmt::Result {
    let (isv, tenant, ordinary) = (demo::ISV_CLIENT_ID, demo::ISV_TENANT, demo::ORDINARY_CLIENT_ID);
    match kind {
        Kind::TestDouble => {
            writeln!(text, "\nThis is a test double: tests read codes, move the clock and make accounts.")?
        }
        Kind::Service | Kind::Demonstration => {
            writeln!(
                text,
                "\nThis is a demonstration: everybody knows its passwords, and codes are in its log."
            )?;
        }
    }
    writeln!(text, "See a login at http://{address}/")?;
    writeln!(text, "\nApplications, with the same accounts in each:")?;
    writeln!(text, "  {isv}  an ISV's, with X-tenant-id {tenant}")?;
    writeln!(text, "  {ordinary}  an ordinary one")?;
    writeln!(text, "\nCredentials of the servers behind them, for tickets:")?;
    writeln!(text, "  {}  the tenant's", demo::TENANT_CREDENTIAL)?;
    writeln!(text, "  {}  the ordinary application's", demo::APPLICATION_CREDENTIAL)?;
    writeln!(text, "\nAccounts, all with the password {} until you change it:", demo::PASSWORD)?;
    for account in &demo::ACCOUNTS {
        writeln!(text, "  {:<7} {}", account.name, account.is)?;
        for contact in account.contacts() {
            writeln!(text, "          {contact}")?;
        }
    }
    writeln!(text, "The secret of tom's authenticator: {}", BASE32_NOPAD.encode(demo::TOTP_SECRET))?;
    if has_provider {
        writeln!(
            text,
            "A code of any social account, of wechat, wechat_mini_program or alipay, for you to sign in with:\n  \
             curl -s http://{address}/demo/provider -d '{{\"source\":\"wechat\",\"uid\":\"any\"}}'\n\
             A token of any mobile, of carrier, wechat or alipay:\n  \
             curl -s http://{address}/demo/provider -d '{{\"source\":\"carrier\",\"mobile\":\"+86-13800000001\"}}'"
        )?;
    }
    match kind {
        Kind::TestDouble => describe_double(text, address)?,
        Kind::Service | Kind::Demonstration => writeln!(
            text,
            "What is used up stays used up over a restart; delete the database to start over. For tests of an app, start it with --dev."
        )?,
    }
    next_commands(text, address)
}

fn describe_double(text: &mut String, address: SocketAddr) -> std::fmt::Result {
    let json = "-H 'Content-Type: application/json'";
    writeln!(
        text,
        "\nFor tests (http://{address}/openapi.json describes them):\n  \
         curl -s 'http://{address}/dev/codes/last?to=+86-13800000001'\n  \
         curl -s http://{address}/dev/clock {json} -d '{{\"advance\":301}}'\n  \
         curl -s http://{address}/dev/accounts {json} -d '{{\"user_name\":\"zoe\",\"password\":\"Violet-Anchor-29\"}}'\n  \
         curl -s -X DELETE http://{address}/dev/attempts/zoe\n  \
         curl -s -X POST http://{address}/dev/reset"
    )
}

/// Three commands for a shell, each of which uses the answer before it.
fn next_commands(text: &mut String, address: SocketAddr) -> std::fmt::Result {
    let (sdk, ordinary) = (format!("http://{address}/api/v2/sdk"), demo::ORDINARY_CLIENT_ID);
    let device = format!(
        "-H 'X-operating-sys-version: Android 10' -H 'X-device-fingerprint: 156aysdna213sac' \\\n    \
         -H 'X-agent: curl' -H 'X-client-id: {ordinary}'"
    );
    let member = |of: &str, name: &str| {
        format!("$(printf %s \"${of}\" | sed 's/.*\"{name}\":\"\\([^\"]*\\)\".*/\\1/')")
    };
    writeln!(text, "\nTry:")?;
    writeln!(
        text,
        "  login=$(curl -s {sdk}/login {device} \\\n    -H 'Content-Type: application/json' \
         -d '{{\"user_name\":\"erin\",\"password\":\"{}\"}}'); printf '%s\\n' \"$login\"",
        demo::PASSWORD
    )?;
    writeln!(text, "  # Skip the change of her password, which is due in 5 days:")?;
    writeln!(
        text,
        "  skip=$(curl -s {sdk}/pwd/skip-update {device} \\\n    -H \"X-state-token: {}\"); printf '%s\\n' \"$skip\"",
        member("login", "state_token")
    )?;
    writeln!(text, "  # Call a route that takes a session:")?;
    writeln!(
        text,
        "  curl -s {sdk}/pwd/check-exist {device} \\\n    -H \"Authorization: Bearer {}\"",
        member("skip", "id_token")
    )
}
