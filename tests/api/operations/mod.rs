//! The questions of each operation, in their order. Each operation is played, and compared with the table of the
//! documentation.

mod played;
mod stage;
mod table;

use table::table;

/// `WRITE_OPERATIONS=1 cargo test --test api operations` writes the table again.
#[test]
fn the_documentation_shows_what_each_operation_asks() {
    let played = table();
    if std::env::var_os("WRITE_OPERATIONS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/engine/operations.md");
        std::fs::write(path, &played).expect("the table is written");
    }
    let shown = include_str!("../../../src/engine/operations.md");
    for (played, shown) in played.lines().zip(shown.lines()) {
        assert_eq!(played, shown, "a row of the table");
    }
    assert_eq!(played.lines().count(), shown.lines().count());
}

/// Each question has an example of its answer, and says what a wrong answer costs.
#[test]
fn every_question_has_an_example_and_the_price_of_a_wrong_answer() {
    let rows = include_str!("../../../src/step/table.rs")
        .lines()
        .filter(|line| line.ends_with(';') && line.contains(" => "));
    assert_eq!(table::questions().count(), rows.count());
    for (room, question) in table::questions() {
        let folder = format!("{}/src/{room}", env!("CARGO_MANIFEST_DIR"));
        let files =
            std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()));
        let declared = [format!("pub struct {question} {{"), format!("pub struct {question}<")];
        let found = files.map(Result::unwrap).find_map(|text| {
            let at = declared.iter().find_map(|it| text.find(it))?;
            let lines =
                text[..at].lines().rev().take_while(|line| line.starts_with("//") || line.starts_with('#'));
            Some(lines.collect::<Vec<_>>().join("\n"))
        });
        let documented = found.unwrap_or_else(|| panic!("{question} is not in {room}"));
        assert!(documented.contains("/// use authflow::"), "{question} has no example");
        assert!(documented.contains("**If you answer wrongly:**"), "{question} says no price");
    }
}

/// Every method that returns a step is an operation, except the three that refuse an unreadable request.
#[test]
fn every_operation_is_played() {
    let source = include_str!("../../../src/engine/mod.rs");
    let methods = source.split("    pub fn ").skip(1).filter_map(|method| {
        let (signature, _) = method.split_once('{')?;
        signature.ends_with("-> Step ").then(|| signature.split(['(', '<']).next().unwrap())
    });
    for method in methods.filter(|method| !method.starts_with("refuse_")) {
        assert!(played::OPERATIONS.iter().any(|it| it.name == method), "{method} is not played");
    }
}
