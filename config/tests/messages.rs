//! Each kind of mistake and the exact words for it.
// Tests may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use packetbeat_config::Loader;

fn env(name: &str) -> Option<String> {
    (name == "PORT").then(|| "5353".to_owned())
}

#[track_caller]
fn fails(text: &str, expected: &[&str]) {
    let errors = Loader::new().text("p.yml", text).load(&env).expect_err("these settings are wrong");
    assert_eq!(errors.to_string().lines().collect::<Vec<_>>(), expected);
}

#[test]
fn not_text() {
    let errors = Loader::new().text("p.yml", b"name: a\ntags: \xff".as_slice()).load(&env).unwrap_err();
    assert_eq!(errors.to_string(), "p.yml:2:7: not UTF-8");
}

#[test]
fn missing_file() {
    let errors = Loader::new().file("no/such.yml").load(&env).unwrap_err();
    assert_eq!(errors.to_string(), "no/such.yml: cannot be read: No such file or directory (os error 2)");
    assert!(std::error::Error::source(&errors.0[0]).is_some());
}

#[test]
fn overrides() {
    let fails = |set: &str, expected: &str| {
        let errors = Loader::new().text("p.yml", "name: a").set(set).load(&env).unwrap_err();
        assert_eq!(errors.to_string(), expected);
    };
    fails("name", "-E name: expected key=value");
    fails("nmae=x", "-E nmae=x: nmae: unknown setting (did you mean name?)");
    fails(
        "packetbeat.workers=many",
        "-E packetbeat.workers=many: packetbeat.workers: expected a whole number from 1 to 65535, found \"many\"",
    );
}

#[test]
fn what_is_quoted_stays_on_its_line() {
    let said = |loader: Loader| loader.load(&env).unwrap_err().to_string();
    assert_eq!(said(Loader::new().set(":\n  worker: 2")), "-E :\\n  worker: 2: expected key=value");
    let unknown = said(Loader::new().text("a\u{1b}[2J.yml", "{\"r\\ne\\e[31m\": 1}"));
    assert!(
        unknown
            .starts_with("a\\u{1b}[2J.yml:1:2: r\\ne\\u{1b}[31m: unknown setting (valid here: packetbeat, "),
        "{unknown}"
    );
    let config = Loader::new()
        .protocols(&common::kinds())
        .text("a\u{1b}.yml", "packetbeat.protocols: {dns: ~}\n")
        .load(&env)
        .unwrap();
    let said: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
    assert!(!said.is_empty() && said.iter().all(|line| line.starts_with("a\\u{1b}.yml:1:")), "{said:?}");
}

#[test]
fn dotted_names_count_as_levels() {
    let too_deep = |set: &str| {
        let errors = Loader::new().set(set).settings(&env).expect_err("one level too many");
        assert!(errors.to_string().contains("nested deeper than 64 levels, names between dots counted"));
    };
    // The root is the first level.
    let names = |count: usize| vec!["a"; count].join(".");
    for (set, more) in [
        (format!("{}=1", names(64)), format!("{}=1", names(65))),
        (format!("{}=[]", names(63)), format!("{}=[]", names(64))),
        (format!("{}=[[{{a: 1}}]]", names(61)), format!("{}=[[{{a.b: 1}}]]", names(61))),
    ] {
        let deepest = Loader::new().set(&set).settings(&env).unwrap();
        let back = Loader::new().text("p.yml", deepest.to_yaml()).settings(&env).unwrap();
        assert_eq!(deepest.to_json(), back.to_json());
        too_deep(&more);
    }
    // What a variable brings is as deep as its place; too deep, it is text.
    let list = |name: &str| (name == "LIST").then(|| "[[1]]".to_owned());
    for (count, expected) in [(62, "[[1]]"), (63, "\"[[1]]\"")] {
        let settings = Loader::new().set(format!("{}=${{LIST}}", names(count))).settings(&list).unwrap();
        assert!(settings.to_json().contains(expected), "{}", settings.to_json());
    }
}

#[test]
fn regular_expressions_are_counted() {
    let text = "processors:\n".to_owned() + &"- drop_event.when.regexp.a: a\n".repeat(1001);
    let expected = "p.yml:1002:29: processors[1000].drop_event.when.regexp.a: more than 1000 regular expressions (join some of \
                    them: (one|other))";
    fails(&text, &[expected]);
}

#[test]
fn limits() {
    let deep = format!("fields: {}{}", "[".repeat(70), "]".repeat(70));
    fails(&deep, &["p.yml:1:72: nested deeper than 64 levels"]);
    let dots = format!("fields.{}: 1", vec!["a"; 500].join("."));
    let too_deep = "p.yml:1:1: nested deeper than 64 levels, names between dots counted";
    fails(&dots, &[too_deep]);

    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let before = format!("*a{}", level - 1);
        laughs += &format!("a{level}: &a{level} [{}]\n", [before.as_str(); 10].join(", "));
    }
    let errors = Loader::new().text("p.yml", laughs).load(&env).unwrap_err().to_string();
    assert!(errors.contains("more than 200000 values (aliases count what they repeat)"), "{errors}");

    let mut loops = "name: x\n".to_owned();
    for level in 0..12 {
        loops += &format!("fields.a{level}: '{}'\n", format!("${{fields.a{}}}", level + 1).repeat(10));
    }
    loops += "fields.a12: ''\n";
    let errors = Loader::new().text("p.yml", loops).load(&env).unwrap_err().to_string();
    assert!(errors.contains("fields.a0: more than 20000 references"), "{errors}");
}
