//! What the server says on standard output when it starts.

use crate::demo;
use data_encoding::BASE32_NOPAD;
use std::{
    fmt::Write as _,
    io::{self, Write as _},
    net::SocketAddr,
};

/// The first line names the address, for people and for scripts that let the system pick the port.
pub(crate) fn print(address: SocketAddr, is_demo: bool) {
    let mut text = format!("listening on http://{address}\n");
    if is_demo {
        // A `String` takes everything that is written to it.
        let _ = describe_demo(&mut text, address);
    }
    // Standard output may be closed; that is no reason not to serve.
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn describe_demo(text: &mut String, address: SocketAddr) -> std::fmt::Result {
    let (isv, tenant, ordinary) = (demo::ISV_CLIENT_ID, demo::ISV_TENANT, demo::ORDINARY_CLIENT_ID);
    writeln!(text, "\nThis is a demonstration: everybody knows its passwords, and codes are in its log.")?;
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
    writeln!(text, "What is used up stays used up over a restart; delete the database to start over.")?;
    writeln!(
        text,
        "\nTry:\n  curl -s http://{address}/api/v2/sdk/login \\\n    \
         -H 'Content-Type: application/json' -H 'X-operating-sys-version: Android 10' \\\n    \
         -H 'X-device-fingerprint: 156aysdna213sac' -H 'X-agent: curl' \\\n    \
         -H 'X-client-id: {ordinary}' \\\n    \
         -d '{{\"user_name\":\"erin\",\"password\":\"{}\"}}'",
        demo::PASSWORD,
    )
}
