//! The login that all frameworks serve: the test kit's demo accounts, in memory, at a time that stands still. In your program it is an engine
//! with your policy, your database, and `authflow::Moment::now`.

use authflow::{
    ClientId, Moment,
    sdk::Api,
    testkit::{Clock, MemoryHost, Setup, demo},
};
use authflow_tower::Login;
use std::sync::{Arc, Mutex};

pub type DemoHost = Mutex<MemoryHost>;
pub type DemoLogin = Login<Api, DemoHost>;

pub fn api() -> Api {
    Setup::default().api(demo::ring())
}

pub fn host() -> DemoHost {
    Mutex::new(MemoryHost::demo())
}

pub fn moment() -> Result<Moment, &'static str> {
    static CLOCK: Mutex<Clock> = Mutex::new(Clock::at(demo::START));
    CLOCK.lock().map(|mut clock| clock.moment()).map_err(|_| "the clock is broken")
}

pub fn login() -> DemoLogin {
    Login::new(api(), Arc::new(host()), moment)
}

/// The application whose sessions the protected route takes.
pub fn application() -> ClientId {
    demo::audience().client_id
}
