//! Draws how the cost of an operation grows with the size of what it is given, as an SVG of four panels on the standard
//! output: times of the quietest batch.

use authflow::testkit::forge::Forge;
use authflow::{
    AccountId,
    device::Caller,
    token::{KeyRing, StateToken, Untrusted},
};
use authflow_bench::{operation::Operation, sample, skip::Skip, times::nanoseconds};
use std::{fmt::Write as _, hint::black_box, rc::Rc, time::Duration};

const SPAN: Duration = Duration::from_millis(100);
const PANEL: (f64, f64) = (300.0, 200.0);
const MARGIN: f64 = 60.0;

struct Curve {
    title: &'static str,
    axis: &'static str,
    /// Sizes, and nanoseconds.
    points: Vec<(f64, f64)>,
}

fn main() {
    let curves = [token_length(), headers(), keys(), body_size()];
    for curve in &curves {
        eprintln!("{}: {:.0?}", curve.title, curve.points);
    }
    print!("{}", drawn(&curves));
}

fn time(run: impl FnMut() + 'static) -> f64 {
    nanoseconds(&mut Operation::new("", "", run), SPAN)
}

fn verify(ring: KeyRing, token: String) -> f64 {
    time(move || {
        let presented = Untrusted::<StateToken>::new(black_box(token.as_str()));
        black_box(Forge::of(&ring).state_tokens().verify(presented, sample::NOW).expect("a good token"));
    })
}

/// The account's id grows.
fn token_length() -> Curve {
    let points = (1..=64).step_by(7).map(|length| {
        let mut claims = sample::state_claims();
        claims.account = AccountId::new(&"a".repeat(length)).expect("an id");
        let token = Forge::of(&sample::ring()).state_tokens().mint(&claims).expose().to_owned();
        (token.len() as f64, verify(sample::ring(), token))
    });
    Curve { title: "verify a state token", axis: "its bytes", points: points.collect() }
}

/// Headers of others stand before those of the family.
fn headers() -> Curve {
    let points = (0..=100).step_by(20).map(|others| {
        let mut headers: Vec<_> = (0..others).map(|number| (format!("x-other-{number}"), "value")).collect();
        headers.extend(sample::HEADERS.map(|(name, value)| (name.to_owned(), value)));
        (
            headers.len() as f64,
            time(move || drop(black_box(Caller::from_headers(&headers).expect("good headers")))),
        )
    });
    Curve { title: "read the device headers", axis: "headers of the request", points: points.collect() }
}

fn keys() -> Curve {
    let token = Forge::of(&sample::ring()).state_tokens().mint(&sample::state_claims()).expose().to_owned();
    let points = [1, 2, 4, 8, 16, 32, 48, 64]
        .map(|keys: u8| (f64::from(keys), verify(sample::ring_of(keys), token.clone())));
    Curve { title: "verify a state token", axis: "keys of the ring", points: points.into() }
}

/// A sign-in whose body has a member that nobody reads, up to the limit of 16 KiB and beyond.
fn body_size() -> Curve {
    let skip = Rc::new(Skip::new(sample::ring()));
    let points = (0..=24).step_by(4).map(|kibibytes| {
        let body = skip.sign_in_body(kibibytes * 1024);
        let skip = skip.clone();
        (body.len() as f64, time(move || drop(black_box(skip.begin_sign_in(black_box(&body))))))
    });
    Curve {
        title: "first step of a sign-in",
        axis: "bytes of the body (16 KiB at most)",
        points: points.collect(),
    }
}

fn drawn(curves: &[Curve; 4]) -> String {
    let (width, height) = (PANEL.0 + 2.0 * MARGIN, PANEL.1 + 2.0 * MARGIN);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
"##,
        2.0 * width,
        2.0 * height
    );
    for (at, curve) in curves.iter().enumerate() {
        let (left, top) = ((at % 2) as f64 * width + MARGIN, (at / 2) as f64 * height + MARGIN);
        panel(&mut svg, curve, left, top);
    }
    svg + "</svg>\n"
}

fn panel(svg: &mut String, Curve { title, axis, points }: &Curve, left: f64, top: f64) {
    let most = |pick: fn(&(f64, f64)) -> f64| points.iter().map(pick).fold(0.0, f64::max);
    let (widest, highest) = (most(|point| point.0), most(|point| point.1));
    let place = |(size, time): &(f64, f64)| {
        (left + size / widest * PANEL.0, top + PANEL.1 - time / highest * PANEL.1 * 0.9)
    };
    let bottom = top + PANEL.1;
    let middle = left + PANEL.0 / 2.0;
    let line: Vec<_> = points.iter().map(place).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ = writeln!(
        svg,
        r##"<path d="M{left} {top}V{bottom}H{}" fill="none" stroke="#888"/>
<text x="{middle}" y="{}" text-anchor="middle" font-weight="bold">{title}</text>
<text x="{middle}" y="{}" text-anchor="middle">{axis}: to {widest:.0}</text>
<text x="{}" y="{}" text-anchor="end">{highest:.0} ns</text>
<polyline points="{}" fill="none" stroke="#06c" stroke-width="2"/>"##,
        left + PANEL.0,
        top - 20.0,
        bottom + 20.0,
        left - 4.0,
        top + PANEL.1 * 0.1 + 4.0,
        line.join(" "),
    );
    for (x, y) in points.iter().map(place) {
        let _ = writeln!(svg, r##"<circle cx="{x:.1}" cy="{y:.1}" r="3" fill="#06c"/>"##);
    }
}
