//! Passwords come from standard input. Other users of the machine could read an argument or a variable.

use authflow::Secret;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use zeroize::Zeroizing;

/// Longer than any password that may be set.
const MOST_BYTES: u64 = 4096;

#[derive(Debug, thiserror::Error)]
pub(crate) enum PasswordInputError {
    #[error("cannot read a password from standard input: {0}")]
    Unreadable(#[from] io::Error),
    #[error("a password must stand on standard input, and there is none")]
    None,
    #[error("a password must be one line of at most {MOST_BYTES} bytes, and standard input has more")]
    TooMuch,
}

/// The one line of standard input. At a terminal, this asks for the password and does not show it.
pub(super) fn read() -> Result<Secret, PasswordInputError> {
    if io::stdin().is_terminal() {
        let _ = write!(io::stderr(), "Password: ");
        return one_line(Zeroizing::new(rpassword::read_password()?));
    }
    let mut text = Zeroizing::new(String::new());
    io::stdin().lock().take(MOST_BYTES + 1).read_to_string(&mut text)?;
    one_line(text)
}

fn one_line(text: Zeroizing<String>) -> Result<Secret, PasswordInputError> {
    if text.len() as u64 > MOST_BYTES {
        return Err(PasswordInputError::TooMuch);
    }
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    match line {
        "" => Err(PasswordInputError::None),
        line if line.contains('\n') => Err(PasswordInputError::TooMuch),
        line => Ok(Secret::new(line)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, PasswordInputError> {
        one_line(Zeroizing::new(text.to_owned())).map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn a_password_is_one_line_with_its_blanks_and_without_its_end() {
        for text in [" Correct Horse ", " Correct Horse \n", " Correct Horse \r\n"] {
            assert_eq!(read(text).unwrap(), " Correct Horse ");
        }
        assert!(matches!(read("\n"), Err(PasswordInputError::None)));
        for much in ["one\ntwo", "one\n\n", &"x".repeat(4097)] {
            assert!(matches!(read(much), Err(PasswordInputError::TooMuch)));
        }
    }
}
