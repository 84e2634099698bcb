//! Effects that go further than the files of one component.
use std::collections::BTreeMap;

use crate::options::Subject;

#[test]
fn an_outbox_in_a_table_asks_for_no_logical_replication() {
    let subject = Subject::new("go-platform");
    let found = |outbox: &str| {
        let given = BTreeMap::from([("outbox".to_owned(), outbox.into())]);
        let tree = subject.tree(&subject.answers(&given).unwrap());
        let words =
            ["wal_level", "pg_logical_", "pg_replication_", "replicationSlots", "replication: true", "max_slot_wal"];
        let named = |text: &str| words.iter().any(|word| text.contains(word));
        tree.iter().filter(|(_, file)| named(&file.contents)).map(|(path, _)| path.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found("table"), Vec::<String>::new());
    assert!(found("wal").contains(&"compose.yaml".to_owned()));
}
