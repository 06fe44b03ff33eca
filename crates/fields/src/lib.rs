//! The fields of events: declared once in `fields.yml` files, and everything that follows from them.
//!
//! ```text
//!  common.yml  flows.yml  enrichment.yml ┐                 ┌▶ to_yaml          etc/fields.yml, `export fields`
//!  protocols/*/fields.yml (Kind::fields) ┼▶ Fields (checked) ┼▶ Template         Elasticsearch 7.8 to 9, OpenSearch
//!  setup.template.append_fields          ┘                 ├▶ index_pattern    Kibana's data view
//!                                                          ├▶ docs             tables in docs/
//!                                                          └▶ faults           is an event as declared?
//!  policy: ILM, ISM, data stream lifecycle          dashboards: saved objects of Kibana
//! ```
//!
//! - The format is that of Beats (`- key:` sections with `fields`, groups, `multi_fields` and so on); a file without
//!   sections is one of its own. Errors come all at once, with file and line.
//! - A name means one thing: fields that several files declare must be mapped in the same way.
//! - Everything is a function from text to text; no file is read and nothing is sent.
//! - Limits stand in [`limits`].
//!
//! Left out: legacy templates (Elasticsearch before 7.8), `object_type_params`, `null_value` and other attributes that no
//! field of ours uses; they are accepted and have no effect.
//!
//! ```
//! use packetbeat_fields::{Fields, Template, TemplateOptions};
//!
//! let fields = Fields::of(&[])?;
//! let template = Template::new(&fields, &TemplateOptions::new("9.0.0"))?;
//! assert_eq!(template.name, "packetbeat-9.0.0");
//! assert_eq!(template.body["template"]["mappings"]["properties"]["source"]["properties"]["ip"]["type"], "ip");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod check;
pub mod dashboards;
pub mod docs;
mod error;
mod field;
mod fields;
mod index_pattern;
mod kind;
pub mod limits;
mod mapping;
pub mod policy;
mod read;
mod section;
mod server;
mod template;
mod yaml;
mod yml;

pub use error::{Error, Errors, Place};
pub use field::{Attributes, Dynamic, Field, IgnoreAbove};
pub use fields::Fields;
pub use index_pattern::index_pattern;
pub use kind::Type;
pub use section::{Section, Source};
pub use server::{NoVersion, Target, Version};
pub use template::{Lifecycle, Template, TemplateError, TemplateOptions, named};
