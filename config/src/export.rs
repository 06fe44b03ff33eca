//! The complete configuration.

use crate::config::Config;
use crate::node::Node;
use crate::schema::Schema;

pub(crate) fn complete(config: &Config, _schema: &Schema) -> Node {
    config.settings.clone()
}
