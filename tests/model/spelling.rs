//! The many ways in which people type the same text. The model knows nothing of them: the result must be the same, whichever
//! is typed.

/// The way in which a request is typed. Any number is a way.
#[derive(Clone, Copy)]
pub struct Way(pub usize);

impl Way {
    fn of<T: Copy>(self, ways: &[T]) -> T {
        ways[self.0 % ways.len()]
    }

    /// A user name or an address.
    pub fn name(self, name: &str) -> String {
        let ways: [fn(&str) -> String; 6] = [
            str::to_owned,
            str::to_uppercase,
            wide,
            |name| format!("\u{200b}{name}\u{2069}"),
            |name| format!(" {name}\t"),
            |name| format!("{}\u{ad}{}", &name[..1], &name[1..]),
        ];
        self.of(&ways)(name)
    }

    /// A number, given as `+86-…`.
    pub fn number(self, number: &str) -> String {
        let ways: [fn(&str) -> String; 6] = [
            str::to_owned,
            |number| number.replace('-', " "),
            |number| number.replace('+', "00"),
            |number| number.replace("+86-", ""),
            wide,
            |number| format!("\u{202a}{}\u{202c}", number.replace('-', "")),
        ];
        self.of(&ways)(number)
    }

    /// A code.
    pub fn code(self, code: &str) -> String {
        let ways: [fn(&str) -> String; 5] = [
            str::to_owned,
            |code| format!("{} {}", &code[..3], &code[3..]),
            |code| format!("{}-{}\u{200b}", &code[..3], &code[3..]),
            wide,
            |code| {
                code.chars()
                    .map(|it| it.to_digit(10).map_or(it, |digit| ('٠'..).nth(digit as usize).unwrap()))
                    .collect()
            },
        ];
        self.of(&ways)(code)
    }

    /// A password. Its case and its width are part of it.
    pub fn password(self, password: &str) -> String {
        let ways: [fn(&str) -> String; 3] = [
            str::to_owned,
            |password| password.replace('\u{e4}', "a\u{308}"),
            |password| password.replace(' ', "\u{a0}"),
        ];
        self.of(&ways)(password)
    }
}

/// The text in full width.
fn wide(text: &str) -> String {
    let wide =
        |it: char| if it.is_ascii_graphic() { char::from_u32(it as u32 + 0xfee0).unwrap() } else { it };
    text.chars().map(wide).collect()
}
