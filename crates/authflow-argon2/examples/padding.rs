//! Whether the time of a verify reveals the parameters of a verifier, or that there is none. Makes 200 tries of each in turn, and prints the
//! medians and how far apart they lie. Fails beyond 10 %.
//!
//! ```text
//! cargo run --release -p authflow-argon2 --all-features --example padding                    # two older sets of argon2id
//! cargo run --release -p authflow-argon2 --all-features --example padding -- '$2b$10' '$scrypt$ln=14,r=8,p=1'
//! ```

use authflow::{
    Secret,
    parts::Hasher as _,
    password::{PasswordMatch, Verifier},
};
use authflow_argon2::{Argon2Hasher, Argon2id, ParameterSet};
use std::{
    error::Error,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

const TRIES: usize = 200;
/// One set takes much less work, and one takes more.
const OLDER: [&str; 2] = ["$argon2id$v=19$m=8192,t=1,p=1", "$argon2id$v=19$m=47104,t=1,p=1"];

/// An account whose password is verified.
struct Subject {
    name: String,
    verifier: Option<Verifier>,
    password: Secret,
    expected: PasswordMatch,
    times: Vec<Duration>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let older = if given.is_empty() { OLDER.map(str::to_owned).to_vec() } else { given };
    let older = older.iter().map(|text| text.parse()).collect::<Result<Vec<ParameterSet>, _>>()?;
    let hasher = Argon2Hasher::new(Argon2id::OWASP_MINIMUM, older.iter().copied())?;

    let (right, wrong) = (Secret::new("Correct-Horse-7"), Secret::new("correct-horse-7"));
    let todays = hasher.hash(&right).await?;
    let subject = |name: &str, verifier, password: &Secret, expected| Subject {
        name: name.to_owned(),
        verifier,
        password: password.clone(),
        expected,
        times: Vec::with_capacity(TRIES),
    };
    let mut subjects = vec![
        subject("nobody", None, &right, PasswordMatch::Differs),
        subject("today's, right", Some(todays.clone()), &right, PasswordMatch::Matches),
        subject("today's, wrong", Some(todays), &wrong, PasswordMatch::Differs),
    ];
    for set in older {
        subjects.push(subject(
            &format!("{set}"),
            Some(verifier_of_nothing(set)),
            &wrong,
            PasswordMatch::Differs,
        ));
    }

    for attempt in 0..=TRIES {
        for subject in &mut subjects {
            let place = Arc::new(hasher.permit().await?);
            let began = Instant::now();
            let answer = hasher.verify(subject.verifier.as_ref(), &subject.password, place).await?;
            let took = began.elapsed();
            if answer != subject.expected {
                return Err(format!("{} was answered {answer:?}", subject.name).into());
            }
            // The first try only warms up.
            if attempt > 0 {
                subject.times.push(took);
            }
        }
    }

    let medians: Vec<Duration> = subjects.iter_mut().map(|subject| median(&mut subject.times)).collect();
    for (subject, median) in subjects.iter().zip(&medians) {
        println!("{:<34} {:>8.2} ms", subject.name, median.as_secs_f64() * 1e3);
    }
    let (least, most) = (medians.iter().min(), medians.iter().max());
    let ratio = most.zip(least).map_or(f64::NAN, |(most, least)| most.as_secs_f64() / least.as_secs_f64());
    println!("the slowest median is {:.1} % above the fastest one", (ratio - 1.0) * 1e2);
    Ok(if ratio <= 1.1 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A verifier that no password has.
fn verifier_of_nothing(set: ParameterSet) -> Verifier {
    let text = set.to_string();
    Verifier::new(match text.starts_with("$2b$") {
        true => format!("{text}${}", "abcdefghijklmnopqrstuu".to_owned() + &"u".repeat(31)),
        false => format!("{text}$c2l4dGVlbiBieXRlcy4uLg${}", "A".repeat(43)),
    })
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
