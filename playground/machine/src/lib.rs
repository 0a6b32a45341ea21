//! The login engine with its test kit, for a page: each method takes and gives JSON. [`machine`] has the behaviour.

mod call;
pub mod machine;
mod settings;

use wasm_bindgen::prelude::*;

/// A world with one login in it.
#[wasm_bindgen]
pub struct Machine(machine::Machine);

#[wasm_bindgen]
impl Machine {
    /// A new world, under these settings.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str) -> Result<Self, JsError> {
        Ok(Self(machine::Machine::new(settings)?))
    }

    /// The time, the graph of the policy, and the findings that its owner should know.
    pub fn look(&self) -> String {
        self.0.look().to_string()
    }

    /// A whole request.
    pub fn send(&mut self, call: &str) -> Result<String, JsError> {
        Ok(self.0.send(call)?.to_string())
    }

    /// Moves the clock forward.
    pub fn pass(&mut self, seconds: u32) {
        self.0.pass(seconds.into());
    }

    /// Tries an attack with what the client holds now.
    pub fn attack(&self, name: &str) -> String {
        self.0.attack(name).to_string()
    }

    /// The code that the subject's authenticator shows now, or else the latest code that was sent.
    pub fn code(&mut self) -> Option<String> {
        self.0.code()
    }

    /// The latest request with its answers, which can be played again.
    pub fn transcript(&self) -> Option<String> {
        self.0.transcript()
    }
}
