//! Generated conditions over generated rows: which of them our evaluator hides. `agreement.py` runs the same as KQL.

use palisade::kql::Type;
use palisade::kql::predicate::{AddressRange, Bound, Cell, Column, Operation, Pattern, Predicate, Test, TextTest};
use serde_json::{Value, json};

/// A generator of its own, so that every run and every machine makes the same cases.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.roll(from.len())]
    }
}

/// Columns with their types: two of text, one of addresses, a number.
const COLUMNS: [(&str, Type); 5] = [
    ("User", Type::String),
    ("Host name", Type::String),
    ("Ip", Type::String),
    ("Ip6", Type::String),
    ("N", Type::Long),
];

const TEXTS: [&str; 20] = [
    "svc-backup",
    "SVC-BACKUP",
    "svc-backup2",
    "xsvc-backup",
    "a svc-backup b",
    "svc",
    "SVC",
    "backup",
    "bk01",
    "BK01",
    "bk01.contoso.example",
    "a\"b\\c",
    "it's",
    "%",
    "_",
    ".*",
    "a_svc_b",
    "",
    "svc\\",
    "äöü ÄÖÜ",
];
const ADDRESSES: [&str; 14] = [
    "10.20.0.1",
    "10.20.255.255",
    "10.21.0.0",
    "10.20.0.1/8",
    "0.0.0.0/0",
    "192.0.2.7",
    "255.255.255.255",
    "",
    "host",
    "10.20.0",
    "10.20.0.256",
    "::1",
    "::ffff:10.20.0.1",
    "0.0.0.0",
];
const ADDRESSES6: [&str; 10] = [
    "2001:db8::1",
    "2001:DB8:0:0::2",
    "2001:db9::1",
    "fe80::1",
    "::",
    "",
    "10.20.0.1",
    "2001:db8::1/16",
    "x::y",
    "2001:db8::1%eth0",
];
const RANGES: [&str; 6] = ["10.20.0.0/16", "192.0.2.7/32", "0.0.0.0/1", "10.0.0.0/8", "10.20.0.1", "128.0.0.0/1"];
const RANGES6: [&str; 4] = ["2001:db8::/32", "fe80::/10", "::/128", "2001:db8::1"];
const TERMS: [&str; 6] = ["svc", "backup", "svc-backup", "BK01", "contoso", "a"];
const EXPRESSIONS: [&str; 6] = ["^svc", "backup$", "b.*p", "^$", "[0-9]{2}", "a_|\\\\"];

fn value(dice: &mut Dice, column: usize) -> Cell {
    match COLUMNS[column].0 {
        "Ip" => Cell::Text(dice.pick(&ADDRESSES).to_owned()),
        "Ip6" => Cell::Text(dice.pick(&ADDRESSES6).to_owned()),
        "N" => match dice.roll(4) {
            0 => Cell::Nothing,
            _ => Cell::Text(["0", "5", "-3", "100", "9007199254740991"][dice.roll(5)].to_owned()),
        },
        _ => Cell::Text(dice.pick(&TEXTS).to_owned()),
    }
}

fn operation(dice: &mut Dice, column: usize) -> Operation {
    let case_sensitive = dice.roll(3) == 0;
    let operand = |dice: &mut Dice| loop {
        let text = dice.pick(&TEXTS);
        if !text.is_empty() {
            break text.to_owned();
        }
    };
    match (COLUMNS[column].0, dice.roll(8)) {
        ("Ip", 0..6) => {
            let count = 1 + dice.roll(2);
            Operation::InRange((0..count).filter_map(|_| AddressRange::parse(dice.pick(&RANGES))).collect())
        }
        ("Ip6", 0..6) => Operation::InRange(AddressRange::parse(dice.pick(&RANGES6)).into_iter().collect()),
        ("N", 0..6) => Operation::Compare {
            greater: dice.roll(2) == 0,
            bound: Bound::Number([0.0, 5.0, -3.5, 99.5, 1e3][dice.roll(5)]),
        },
        (_, 0 | 6) => Operation::OneOf { values: vec![operand(dice)], case_sensitive },
        (_, 1) => Operation::OneOf { values: (0..3).map(|_| operand(dice)).collect(), case_sensitive },
        (_, 2 | 3) => Operation::Text {
            test: [TextTest::Contains, TextTest::StartsWith, TextTest::EndsWith][dice.roll(3)],
            value: operand(dice),
            case_sensitive,
        },
        (_, 4) => Operation::Text { test: TextTest::Has, value: dice.pick(&TERMS).to_owned(), case_sensitive },
        (_, 5) => Operation::Matches(Pattern::new(dice.pick(&EXPRESSIONS), case_sensitive).unwrap()),
        _ => Operation::IsEmpty,
    }
}

fn predicate(dice: &mut Dice, depth: usize) -> Predicate {
    match dice.roll(if depth == 0 { 1 } else { 5 }) {
        0 => {
            let column = dice.roll(COLUMNS.len());
            let (name, ty) = COLUMNS[column];
            let operation = operation(dice, column);
            Predicate::Test(Test { column: Column { name: name.to_owned(), ty, certain: true }, operation })
        }
        1 => Predicate::Not(Box::new(predicate(dice, depth - 1))),
        n => {
            let count = 2 + dice.roll(2);
            let parts = (0..count).map(|_| predicate(dice, depth - 1)).collect();
            if n < 4 { Predicate::All(parts) } else { Predicate::Any(parts) }
        }
    }
}

fn shown(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) => json!(text),
        _ => Value::Null,
    }
}

/// What each condition hides of thirty rows, for the script to compare: 15,000 cases, each sensible on its own.
#[test]
fn cases_for_another_engine() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut lines = String::new();
    let (mut hidden_rows, mut all_rows) = (0, 0);
    for _ in 0..500 {
        let depth = dice.roll(4);
        let predicate = predicate(&mut dice, depth);
        let rows: Vec<Vec<Cell>> =
            (0..30).map(|_| (0..COLUMNS.len()).map(|column| value(&mut dice, column)).collect()).collect();
        let hidden: Vec<bool> = rows
            .iter()
            .map(|row| {
                predicate.holds(&|column| {
                    let at = COLUMNS.iter().position(|(name, _)| *name == column.name).unwrap();
                    row[at].clone()
                })
            })
            .collect();
        all_rows += hidden.len();
        hidden_rows += hidden.iter().filter(|hidden| **hidden).count();
        // Its own opposite hides the other rows, and nothing is both.
        let opposite = Predicate::Not(Box::new(predicate.clone()));
        assert!(opposite.to_kql().unwrap().starts_with("not("));
        let rows: Vec<Value> = rows.iter().map(|row| row.iter().map(shown).collect()).collect();
        let line = json!({"kql": predicate.to_kql().unwrap(), "rows": rows, "hidden": hidden});
        lines.push_str(&format!("{line}\n"));
    }
    assert_eq!(all_rows, 15_000);
    assert!(hidden_rows > 3_000 && hidden_rows < 12_000, "{hidden_rows} of {all_rows} rows are hidden");
    let columns: Vec<Value> = COLUMNS.iter().map(|(name, ty)| json!([name, ty.name()])).collect();
    std::fs::write(crate::made("columns.json"), json!(columns).to_string()).unwrap();
    std::fs::write(crate::made("cases.jsonl"), lines).unwrap();
}
