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
    const README: &str = include_str!("../../README.md");

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
        let of_main = |line: &&str| program.contains(&name(line).replace('-', "_"));
        let names = |lines: &'static str| lines.lines().filter(of_main).map(name).collect::<Vec<_>>();
        assert_eq!(names(shown), names(used));
        assert_eq!(shown.lines().count(), names(shown).len(), "no crate is in vain");
        for line in used.lines().filter(|line| line.contains("path")) {
            let line = line
                .replace("\"../../crates/", "\"../authflow/crates/")
                .replace("\"../..\"", "\"../authflow\"");
            assert!(shown.lines().any(|it| it == line), "{line}");
        }
    }

    /// rustdoc does not show them. Everybody else does: the repository's own pages, the package registry.
    #[test]
    fn no_page_shows_a_line_that_rustdoc_hides() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let files = |folder| std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let guide =
            files(root.join("docs/guide")).filter(|file| file.extension().is_some_and(|it| it == "md"));
        let crates = files(root.join("crates")).map(|it| it.join("README.md")).filter(|it| it.exists());
        let others = ["README.md", "examples/sqlx/README.md"].map(|page| root.join(page));
        let mut examples = 0;
        for page in guide.chain(crates).chain(others) {
            let text = std::fs::read_to_string(&page).unwrap();
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
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let pages =
            ["README.md", "CONTRIBUTING.md", "docs/host.md", "docs/threat-model.md", "docs/agents.md"]
                .map(|page| root.join(page));
        let guide = std::fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap().map(|file| file.unwrap().path());
        for page in guide.filter(|file| file.extension().is_some_and(|it| it == "md")).chain(pages) {
            let text = std::fs::read_to_string(&page).unwrap();
            for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link)
            {
                let file = link.split('#').next().unwrap();
                let is_local = !file.is_empty() && !file.contains("://");
                assert!(!is_local || page.with_file_name(file).exists(), "{}: {link}", page.display());
            }
        }
    }
}
