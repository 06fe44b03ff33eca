//! `fields.yml` texts: what they may say, and what is said about those that say something else.

use packetbeat_fields::{Dynamic, Field, Fields, IgnoreAbove, Source, Type};
use proptest::prelude::*;

fn source(text: &str) -> Source<'_> {
    Source { file: "my.yml", key: "mine", title: "Mine", text }
}

fn read(text: &str) -> Fields {
    Fields::read(&[source(text)]).unwrap_or_else(|errors| panic!("{errors}"))
}

fn errors(texts: &[&str]) -> Vec<String> {
    let sources: Vec<_> = texts.iter().map(|text| source(text)).collect();
    Fields::read(&sources).unwrap_err().0.iter().map(ToString::to_string).collect()
}

#[test]
fn groups_and_dotted_names_mean_the_same() {
    let names = |fields: &Fields| fields.by_name().keys().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let dotted = read("- name: a.b.c\n  type: long\n- name: a.d\n  type: ip\n");
    let nested = read(
        "- name: a\n  type: group\n  fields:\n  - name: d\n    type: ip\n  - name: b\n    fields:\n    - {name: c, type: long}\n",
    );
    assert_eq!(names(&dotted), ["a.b.c", "a.d"]);
    assert_eq!(names(&dotted), names(&nested));
    assert_eq!(nested.get("a.b.c").unwrap().kind, Type::Long);
}

#[test]
fn everything_that_beats_writes_is_read() {
    let fields = read(
        r#"
- key: mine
  title: "Mine"
  description: >
    Two lines
    of text.
  short_config: true
  fields:
    - name: m
      type: group
      description: a group
      default_field: false
      fields:
        - name: text
          type: keyword
          level: core
          ignore_above: 2048
          multi_fields: [{name: words, type: match_only_text}]
          example: [1, 2]
        - name: free
          type: object
          object_type: long
          object_type_mapping_type: "*"
          dynamic: true
        - name: old
          type: alias
          path: m.text
          migration: true
        - name: none
          ignore_above: -1
"#,
    );
    let section = &fields.sections()[0];
    assert_eq!((section.key.as_str(), section.description.as_str()), ("mine", "Two lines of text."));
    let text = fields.get("m.text").unwrap();
    assert_eq!(text.more.ignore_above, IgnoreAbove::Characters(2048));
    assert_eq!(text.more.multi_fields[0].kind, Type::MatchOnlyText);
    let free = fields.get("m.free").unwrap();
    assert_eq!((free.more.dynamic, free.more.object_type), (Some(Dynamic::True), Some(Type::Long)));
    assert_eq!(fields.get("m.none").unwrap().kind, Type::Keyword);
    assert_eq!(fields.get("m.none").unwrap().more.ignore_above, IgnoreAbove::Server);
    assert!(fields.get("m").is_none());
}

#[test]
fn errors_name_file_line_and_field() {
    let cases = [
        ("- name: a\n  type: string\n", "my.yml:2: a: unknown type string ("),
        ("- name: a\n  type: long\n  colour: blue\n", "my.yml:3: a: no field has colour ("),
        ("- type: long\n", "my.yml:1: a field without a name ("),
        (
            "- name: a\n  type: keyword\n  ignore_above: 9000\n",
            "my.yml:3: a: ignore_above 9000 is beyond 8191",
        ),
        ("- name: a..b\n  type: long\n", "my.yml:1: a..b: a name is parts joined by dots"),
        ("- name: a b\n  type: long\n", "my.yml:1: a b: a name is parts"),
        (
            "- name: a\n  type: long\n- name: a\n  type: long\n",
            "my.yml:3: a: is declared twice, first at my.yml:1",
        ),
        (
            "- name: a\n  type: long\n- name: a.b\n  type: ip\n",
            "my.yml:3: a.b: stands below a, which is of type long at my.yml:1",
        ),
        (
            "- name: a\n  type: long\n  fields:\n  - name: b\n",
            "my.yml:1: a: type long has no fields below it",
        ),
        ("- name: a\n  type: alias\n  path: b\n", "my.yml:1: a: stands for b, which is no field"),
        ("- name: a\n  type: alias\n", "my.yml:1: a: an alias needs a path"),
        ("- name: a\n  type: long\n  dynamic: true\n", "my.yml:1: a: only an object has dynamic"),
        ("- name: a\n  index: maybe\n", "my.yml:2: a: index is true or false"),
        ("- name: a\n  name: b\n", "my.yml:2: name is written twice"),
        ("- [a\n", "my.yml:"),
        ("name: a\n", "my.yml:1: expected a list of fields"),
        ("- a\n", "my.yml:1: expected a field, found text"),
        ("- key: k\n  colour: blue\n", "my.yml:2: colour: no section has this"),
    ];
    for (text, wanted) in cases {
        let errors = errors(&[text]);
        assert!(errors.iter().any(|error| error.starts_with(wanted)), "{text:?}: {errors:?}, not {wanted:?}");
    }
}

#[test]
fn a_name_means_one_thing_in_all_files() {
    let long = "- name: a\n  type: long\n  description: one\n";
    assert_eq!(
        errors(&[long, "\n- name: a\n  type: ip\n"]),
        ["my.yml:2: a: is of type ip here and of type long at my.yml:1"]
    );
    assert_eq!(
        errors(&[long, "- name: a\n  type: long\n  index: false\n"]),
        ["my.yml:1: a: is mapped in another way at my.yml:1"]
    );
}

#[test]
fn the_same_field_may_be_described_in_two_ways() {
    let texts = [
        "- key: x\n  fields: [{name: a, type: long, description: one}]\n",
        "- key: y\n  fields: [{name: a, type: long, description: two}]\n",
    ];
    let fields = Fields::read(&texts.map(source)).unwrap();
    assert_eq!(fields.by_name().len(), 1);
    assert_eq!(fields.section("y").unwrap().fields[0].description, "two");
}

#[test]
fn all_errors_come_at_once() {
    assert_eq!(errors(&["- name: a\n  type: x\n- name: b\n  type: y\n", "- name: c\n  type: z\n"]).len(), 3);
}

#[test]
fn limits_hold() {
    let deep = format!("{}x", "- ".repeat(100));
    assert!(errors(&[&deep])[0].contains("nested deeper than 64 levels"));
    let name = vec!["a"; 21].join(".");
    assert!(errors(&[&format!("- name: {name}\n")])[0].contains("21 parts in a name"));
    let mut bomb = String::from("- &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let before = level - 1;
        bomb.push_str(&format!("- &a{level} [{}]\n", vec![format!("*a{before}"); 10].join(", ")));
    }
    assert!(errors(&[&bomb])[0].contains("aliases count what they repeat"));
}

#[test]
fn appended_fields_are_checked_like_all_others() {
    let mut fields = read("- name: a\n  type: long\n");
    fields.append(Field::new("b.c", Type::Ip)).unwrap();
    assert_eq!(fields.get("b.c").unwrap().kind, Type::Ip);
    let error = fields.append(Field::new("a", Type::Ip)).unwrap_err().to_string();
    assert_eq!(
        error,
        "setup.template.append_fields: a: is declared already, at my.yml:1 (remove it, or set overwrite: true)"
    );
    assert!(fields.append(Field::new("a.b", Type::Ip)).is_err());
    assert!(fields.get("a.b").is_none());
    let mut over = Field::new("a", Type::Ip);
    over.more.overwrite = true;
    fields.append(over).unwrap();
    assert_eq!(fields.get("a").unwrap().kind, Type::Ip);
}

#[test]
fn appended_text_is_json_or_yaml() {
    let mut fields = read("- name: a\n  type: long\n");
    fields
        .append_yaml("test.yml", r#"[{"name": "b", "type": "ip"}, {"name": "c.d", "type": "keyword"}]"#)
        .unwrap();
    assert_eq!(fields.by_name().len(), 3);
    let error = fields.append_yaml("test.yml", "- name: a\n").unwrap_err().to_string();
    assert!(error.starts_with("test.yml:1: a: is declared already, at my.yml:1"), "{error}");
}

#[test]
fn what_overwrites_takes_the_place_of_what_was_before() {
    let fields = read(
        "- {name: a, type: long}\n- {name: a, type: ip, overwrite: true}\n- {name: b, type: ip, overwrite: true}\n",
    );
    assert_eq!(fields.get("a").unwrap().kind, Type::Ip);
    assert_eq!(fields.by_name().len(), 2);
    let late = errors(&["- {name: a, type: ip, overwrite: true}\n", "- {name: a, type: long}\n"]);
    assert_eq!(late.len(), 1, "{late:?}");
}

#[test]
fn all_that_is_written_is_read_back() {
    let all = crate::common::all();
    let text = all.to_yaml();
    assert_eq!(read(&text), all);
    let all = read(
        "- name: '@x'\n  type: object\n  dynamic: strict\n  enabled: false\n- name: a.*\n  type: object\n  object_type: long\n- name: b\n  \
         type: keyword\n  description: \"a: \\\"b\\\" # c\\n\\td\"\n  ignore_above: -1\n  multi_fields: [{name: t, type: text, norms: true}]\n",
    );
    assert_eq!(read(&all.to_yaml()), all);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[-: a-z\\n\\[\\]{}&*!|>'\"]{0,200}") {
        let _ = Fields::read(&[source(&text)]);
    }

    #[test]
    fn any_description_survives(text in "\\PC{1,60}") {
        prop_assume!(text.trim() == text && !text.is_empty());
        let mut fields = read("");
        let mut field = Field::new("a", Type::Long);
        field.description = text;
        fields.append(field).unwrap();
        prop_assert_eq!(read(&fields.to_yaml()), fields);
    }
}
