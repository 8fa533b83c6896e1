//! How PostgreSQL carried out what scribe itself sent: the plans that its own module `auto_explain` logs.
use std::fs;

use serde_json::Value;

use super::{TestDatabase, pair};

impl TestDatabase {
    /// From the next connections on the plans are logged.
    pub fn log_plans(&self) {
        let settings = [
            "session_preload_libraries = 'auto_explain'",
            "auto_explain.log_min_duration = 0",
            "auto_explain.log_analyze = on",
            "auto_explain.log_buffers = on",
            "auto_explain.log_format = 'json'",
        ];
        let set = |setting| format!("ALTER DATABASE {} SET {setting};", self.name);
        self.admin().batch_execute(&settings.map(set).concat()).unwrap();
    }

    /// The plan of the last statement with this text in it.
    pub fn last_plan(&self, text: &str) -> Plan {
        let log = fs::read_to_string(pair().fact("LOG")).unwrap();
        let of_ours = format!(" {} {} ", self.name, pair().fact("USER"));
        let (mut lines, mut last) = (log.lines().peekable(), None);
        while let Some(line) = lines.next() {
            if line.contains(&of_ours) && line.ends_with(" plan:") {
                // What belongs to a message is indented.
                let mut json = String::new();
                while let Some(more) = lines.next_if(|line| line.starts_with('\t')) {
                    json.push_str(more);
                }
                let plan: Value = serde_json::from_str(&json.replace('\t', " ")).expect("a plan");
                if plan["Query Text"].as_str().unwrap().contains(text) {
                    last = Some(Plan(plan["Plan"].clone()));
                }
            }
        }
        last.unwrap_or_else(|| panic!("no plan of {text:?} in the log"))
    }
}

/// As EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) shows it.
#[derive(Debug)]
pub struct Plan(Value);

impl Plan {
    /// Every node, as what it does and with which index or table.
    pub fn nodes(&self) -> Vec<String> {
        fn add(node: &Value, nodes: &mut Vec<String>) {
            let name = |key: &str| node[key].as_str().unwrap_or_default();
            let what = [name("Node Type"), name("Index Name"), name("Relation Name")];
            nodes.push(what.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "));
            for child in node["Plans"].as_array().into_iter().flatten() {
                add(child, nodes);
            }
        }
        let mut nodes = Vec::new();
        add(&self.0, &mut nodes);
        nodes
    }

    /// How many pages of 8 KiB it looked at.
    pub fn pages(&self) -> u64 {
        ["Shared Hit Blocks", "Shared Read Blocks"].iter().map(|key| self.0[key].as_u64().unwrap()).sum()
    }
}
