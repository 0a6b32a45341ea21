//! The pages of the guide. Their examples run with `cargo test -p authflow-guide`.

macro_rules! pages {
    ($($page:ident = $file:literal;)*) => {
        $(#[doc = include_str!($file)]
        pub mod $page {})*
    };
}

pages! {
    first_login = "first-login.md";
    a_host_by_hand = "a-host-by-hand.md";
    your_own_routes = "your-own-routes.md";
    protect_a_route = "protect-a-route.md";
    your_users_table = "your-users-table.md";
    postgres = "postgres.md";
    frameworks = "frameworks.md";
    expiring_passwords = "expiring-passwords.md";
    second_factors = "second-factors.md";
    test_your_login = "test-your-login.md";
    test_your_app = "test-your-app.md";
    deploy = "deploy.md";
    from_jsonwebtoken = "from-jsonwebtoken.md";
    family = "family.md";
    bypasses = "bypasses.md";
    glossary = "glossary.md";
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    const README: &str = include_str!("../../README.md");

    /// The files of a folder of the repository.
    fn files(folder: &str) -> impl Iterator<Item = PathBuf> {
        fs::read_dir(in_repository(folder)).unwrap().map(|file| file.unwrap().path())
    }

    fn in_repository(path: &str) -> PathBuf {
        [env!("CARGO_MANIFEST_DIR"), "../..", path].iter().collect()
    }

    /// The pages of the guide, and these.
    fn guide_and(others: &[&str]) -> impl Iterator<Item = PathBuf> {
        let guide = files("docs/guide").filter(|file| file.extension().is_some_and(|it| it == "md"));
        guide.chain(others.iter().map(|page| in_repository(page)))
    }

    #[test]
    fn the_readme_shows_the_quickstart_as_it_is_and_is_short() {
        let (_, from) = README.split_once("```rs\n").unwrap();
        let (shown, _) = from.split_once("```").unwrap();
        assert_eq!(shown, include_str!("../../examples/quickstart/src/main.rs"));
        assert!(README.lines().count() <= 150);
    }

    /// The package as a newcomer writes it: every crate that the program uses, and every feature of ours.
    #[test]
    fn the_readme_names_the_dependencies_of_the_quickstart() {
        let (_, from) = README.split_once("[dependencies]\n").unwrap();
        let (shown, _) = from.split_once("```").unwrap();
        let manifest = include_str!("../../examples/quickstart/Cargo.toml");
        let program = include_str!("../../examples/quickstart/src/main.rs");
        let (_, from) = manifest.split_once("[dependencies]\n").unwrap();
        let (used, _) = from.split_once("\n\n").unwrap();
        fn name(line: &str) -> &str {
            line.split_once(" = ").unwrap().0
        }
        let version = |line: &'static str| line.split('"').nth(1).unwrap();
        let of_main = |line: &&str| program.contains(&name(line).replace('-', "_"));
        let used: Vec<_> = used.lines().filter(of_main).collect();
        assert!(shown.lines().map(name).eq(used.iter().copied().map(name)), "{used:?}");
        for (shown, used) in shown.lines().zip(used) {
            let ours = used
                .replace("\"../../crates/", "\"../authflow/crates/")
                .replace("\"../..\"", "\"../authflow\"");
            let is_ours = used.contains("path = ");
            assert!(
                shown == ours || !is_ours && version(used).starts_with(version(shown)),
                "{shown}: {used}"
            );
        }
    }

    /// rustdoc does not show them. Everybody else does: the repository's own pages, the package registry.
    #[test]
    fn no_page_shows_a_line_that_rustdoc_hides() {
        let crates = files("crates").map(|it| it.join("README.md")).filter(|it| it.exists());
        let mut examples = 0;
        for page in guide_and(&["README.md", "examples/sqlx/README.md"]).chain(crates) {
            let text = fs::read_to_string(&page).unwrap();
            // Whether the block that is open is an example in Rust.
            let mut open = None;
            for (number, line) in (1..).zip(text.lines().map(str::trim)) {
                match (line.strip_prefix("```"), open) {
                    (Some(info), None) => {
                        let word = info.split([',', ' ']).next().unwrap();
                        let is_rust = ["", "rust", "rs", "no_run", "should_panic", "ignore"].contains(&word);
                        examples += usize::from(is_rust);
                        open = Some(is_rust);
                    }
                    (Some(_), Some(_)) => open = None,
                    (None, Some(true)) => {
                        let is_hidden = line == "#" || line.starts_with("# ");
                        assert!(!is_hidden, "{}:{number}: {line}", page.display());
                    }
                    (None, _) => {}
                }
            }
            assert_eq!(open, None, "{}: a block that does not end", page.display());
        }
        assert!(examples > 20, "{examples} examples in Rust");
    }

    #[test]
    fn the_tests_of_an_app_are_shown_as_they_are() {
        let page = include_str!("test-your-app.md");
        for (name, file) in [
            ("test_login.py", include_str!("../../examples/clients/python/test_login.py")),
            ("login.test.js", include_str!("../../examples/clients/node/login.test.js")),
        ] {
            let (_, from) = page.split_once(&format!("<!-- {name} -->\n```")).unwrap();
            let (_, from) = from.split_once('\n').unwrap();
            let (shown, _) = from.split_once("```").unwrap();
            assert!(file.contains(shown), "{name}");
        }
    }

    /// Of every page, and of the pages that the README names.
    #[test]
    fn every_link_to_a_file_leads_to_one() {
        let others =
            ["README.md", "CONTRIBUTING.md", "docs/host.md", "docs/threat-model.md", "docs/agents.md"];
        for page in guide_and(&others) {
            let text = fs::read_to_string(&page).unwrap();
            for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link)
            {
                let file = link.split('#').next().unwrap();
                let is_local = !file.is_empty() && !file.contains("://");
                assert!(!is_local || page.with_file_name(file).exists(), "{}: {link}", page.display());
            }
        }
    }
}
