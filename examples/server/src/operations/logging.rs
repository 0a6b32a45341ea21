//! The log: lines of text, or of JSON. Each event is one line, whatever is in it.

use clap::ValueEnum;
use std::{
    borrow::Cow,
    io::{self, IsTerminal as _, Write},
};
use tracing_subscriber::{
    Layer as _, filter::Targets, fmt::MakeWriter, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// The format of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Text, for people.
    Text,
    /// One JSON object on each line, for programs.
    Json,
}

/// Logs to standard error. `RUST_LOG` takes levels and `target=level` pairs.
pub(crate) fn to_standard_error(format: LogFormat, unless_said: tracing::Level) {
    let wanted = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(unless_said));
    let colours = format == LogFormat::Text && io::stderr().is_terminal();
    let writer = OneLine { to: io::stderr, colours };
    tracing_subscriber::registry().with(layer(format, writer, colours)).with(filter).init();
}

fn layer<S, W>(format: LogFormat, writer: W, colours: bool) -> impl tracing_subscriber::Layer<S>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(colours);
    match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    }
}

/// Writes each event as one line. It escapes the characters that would end the line or move a terminal's cursor.
struct OneLine<M> {
    to: M,
    /// Whether escape characters stay. The log's own colours begin with one. `tracing-subscriber` says that it removes them from all
    /// other text.
    colours: bool,
}

struct Escaped<W> {
    to: W,
    colours: bool,
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for OneLine<M> {
    type Writer = Escaped<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Escaped { to: self.to.make_writer(), colours: self.colours }
    }
}

impl<W: Write> Write for Escaped<W> {
    /// The log calls this once for each event, with all of it.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        if is_one_line(event) {
            self.to.write_all(event)?;
        } else {
            let text = String::from_utf8_lossy(event);
            self.to.write_all(one_line(&text, self.colours).as_bytes())?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Whether an event has only characters that are not escaped. Most lines do, and need not be decoded as text.
fn is_one_line(event: &[u8]) -> bool {
    let line = event.strip_suffix(b"\n").unwrap_or(event);
    // A count runs over many bytes at once, which a search does not.
    line.iter().filter(|byte| !matches!(byte, b' '..=b'~')).count() == 0
}

fn one_line(text: &str, colours: bool) -> Cow<'_, str> {
    let breaks =
        |it: char| (it.is_control() && !(colours && it == '\u{1b}')) || matches!(it, '\u{2028}' | '\u{2029}');
    let (line, end) = text.strip_suffix('\n').map_or((text, ""), |line| (line, "\n"));
    if !line.contains(breaks) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for it in line.chars() {
        if breaks(it) { escaped.extend(it.escape_default()) } else { escaped.push(it) }
    }
    Cow::Owned(escaped + end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::{
        fs,
        path::Path,
        sync::{Arc, Mutex},
    };

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: LogFormat, work: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let writer = OneLine { to: move || writer.clone(), colours: false };
        let subscriber = tracing_subscriber::registry().with(layer(format, writer, false));
        tracing::subscriber::with_default(subscriber, work);
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    const FORGED: &str = "x\n2026-11-26T12:00:00Z  INFO event=\"signed_in\"\r\u{1b}[2K\u{85}\u{2028}end";

    #[test]
    fn nothing_makes_a_line_of_its_own() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let log = logged(format, || {
                let span = tracing::error_span!("request", request_id = FORGED);
                let _entered = span.enter();
                tracing::info!(event = "first", text = %FORGED, debug = ?FORGED, "{FORGED}");
                tracing::info!(event = "second");
            });
            assert_eq!(log.matches('\n').count(), 2, "{log}");
            let lines: Vec<_> = log.lines().collect();
            assert!(lines[0].contains("first") && lines[1].contains("second"), "{log}");
            let moves = |it: char| it.is_control() || matches!(it, '\u{85}' | '\u{2028}');
            assert!(lines.iter().all(|line| !line.contains(moves)), "{log:?}");
        }
    }

    /// The lines that a demonstration prints for its user are excepted.
    #[test]
    fn every_line_of_the_server_names_its_event() {
        let src = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
        let (mut folders, mut lines) = (vec![src.to_owned()], 0);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = fs::read_to_string(&path).unwrap();
                let text = text.split("\nmod tests").next().unwrap();
                for level in ["error", "warn", "info", "debug", "trace"] {
                    for line in text.split(&format!("tracing::{level}!(")).skip(1) {
                        let is_demonstrated =
                            ["\"code for", "\"the piece of picture"].iter().any(|it| line.starts_with(it));
                        let names = line.trim_start().starts_with("event = \"");
                        assert!(names || is_demonstrated, "{}: {line:.80}", path.display());
                        lines += 1;
                    }
                }
            }
        }
        assert!(lines > 20);
    }

    #[test]
    fn a_line_of_json_has_the_event_and_its_request() {
        let log = logged(LogFormat::Json, || {
            let span = tracing::error_span!("request", request_id = "7b3f");
            let _entered = span.enter();
            tracing::info!(event = "request_ended", route = "/healthz", status = "200", duration_ms = 3_u64);
        });
        let line: Value = serde_json::from_str(&log).unwrap();
        assert_eq!((&line["event"], &line["route"]), (&"request_ended".into(), &"/healthz".into()));
        assert_eq!((&line["status"], &line["duration_ms"]), (&"200".into(), &3.into()));
        assert_eq!((&line["span"]["request_id"], &line["level"]), (&"7b3f".into(), &"INFO".into()));
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
    }
}
