//! Draws the graph of a policy: `cargo run --example states > docs/states.svg`.

use authflow::{
    contact::Channel,
    flow::graph,
    password::Ageing,
    policy::{Policy, SecondFactor},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let policy = Policy {
        ageing: Some(Ageing::new(90, 14, 3)?),
        second_factor: SecondFactor::WhenEnrolled,
        recovery: [Channel::Sms].into_iter().collect(),
        registration: [Channel::Sms].into_iter().collect(),
        replaces_contacts: Channel::ALL.into_iter().collect(),
        ..Policy::default()
    };
    print!("{}", graph(&policy).svg());
    Ok(())
}
