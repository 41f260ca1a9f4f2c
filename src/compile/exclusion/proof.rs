//! What can be said of an exclusion without any rule: whether its operands work, its tests hold, and whether it hides
//! everything or nothing.

use std::collections::BTreeMap;

use super::operation::operation;
use crate::diagnostic::{Code, Diagnostic};
use crate::kql::Type;
use crate::kql::predicate::{self, AddressRange, Column, Operation, Predicate, Test, fold};
use crate::rule::exclusion::{Cell, Condition, Exclusion, Field, Row};

/// How many different conditions a table of truth has at most: 4,096 rows.
const MAX_ATOMS: usize = 12;

/// Tells everything that is wrong with an exclusion in itself.
pub fn prove(exclusion: &Exclusion, problems: &mut Vec<Diagnostic>) {
    let before = problems.len();
    exclusion.when.each(&mut |test| {
        if let Err(fault) = operation(test) {
            problems.push(*fault);
        }
    });
    if problems.len() > before {
        return;
    }
    let Some(predicate) = symbolic(&exclusion.when) else { return };
    for row in &exclusion.tests {
        run(&predicate, row, problems);
    }
    reach(exclusion, &predicate, problems);
}

fn run(predicate: &Predicate, row: &Row, problems: &mut Vec<Diagnostic>) {
    let hidden = hides(predicate, row);
    if hidden != row.hidden {
        let (should, does) = if row.hidden { ("hidden", "keeps") } else { ("kept", "hides") };
        let message = format!("this row must be {should}, and the exclusion {does} it");
        problems.push(
            Diagnostic::new(Code::ExclusionTestFailed, row.span, message).help("correct the conditions or the test"),
        );
    }
    let mut asked = Vec::new();
    predicate.each(&mut |test| asked.push(&test.column.name));
    for (key, _) in &row.cells {
        if !asked.iter().any(|name| means(&key.value, name)) {
            let message = format!("no condition looks at `{}`: it has no effect on the test", key.value.escape_debug());
            problems.push(
                Diagnostic::new(Code::UnknownKey, key.span, message).help("write the field as the conditions do"),
            );
        }
    }
}

/// Whether an exclusion with these conditions hides a row of somebody's test.
pub fn hides(predicate: &Predicate, row: &Row) -> bool {
    predicate.holds(&|column| {
        let found = row.cells.iter().find(|(key, _)| means(&key.value, &column.name));
        found.map_or(predicate::Cell::Nothing, |(_, cell)| value(cell))
    })
}

fn value(cell: &Cell) -> predicate::Cell {
    match cell {
        Cell::Nothing => predicate::Cell::Nothing,
        Cell::Text(text) => predicate::Cell::Text(text.clone()),
        Cell::List(items) => predicate::Cell::List(items.iter().map(value).collect()),
    }
}

/// Conditions on fields, each as a column of its own, which may hold arrays.
pub fn symbolic(when: &Condition) -> Option<Predicate> {
    let all = |parts: &[Condition]| parts.iter().map(symbolic).collect::<Option<Vec<_>>>();
    Some(match when {
        Condition::All(parts) => Predicate::All(all(parts)?),
        Condition::Any(parts) => Predicate::Any(all(parts)?),
        Condition::Not(inner) => Predicate::Not(Box::new(symbolic(inner)?)),
        Condition::Field(test) => {
            let (operation, negated) = operation(test).ok()?;
            let column = Column { name: canonical(&test.field), ty: Type::Dynamic, certain: true };
            let test = Predicate::Test(Test { column, operation });
            if negated { Predicate::Not(Box::new(test)) } else { test }
        }
    })
}

/// A field's name in a test: names of entities and details match without case, those of columns do not.
fn canonical(field: &Field) -> String {
    match field {
        Field::Column(name) => name.clone(),
        other => format!("\u{0}{}", other.to_string().to_lowercase()),
    }
}

fn means(key: &str, name: &str) -> bool {
    match name.strip_prefix('\u{0}') {
        Some(folded) => key.trim().to_lowercase() == folded,
        None => key.trim() == name,
    }
}

/// Whether it hides everything, nothing, or rows without any of its values.
fn reach(exclusion: &Exclusion, predicate: &Predicate, problems: &mut Vec<Diagnostic>) {
    let span = exclusion.when_span;
    let table =
        Atoms::of(&[predicate]).map(|atoms| atoms.rows().map(|row| atoms.value(predicate, row)).collect::<Vec<_>>());
    if table.as_ref().is_some_and(|table| table.iter().all(|hidden| *hidden)) {
        problems.push(
            Diagnostic::new(Code::ExclusionHidesEverything, span, "whatever a row holds, this exclusion hides it")
                .help("say what is to be hidden; to stop the rule, set `enabled: false`"),
        );
        return;
    }
    if table.as_ref().is_some_and(|table| !table.iter().any(|hidden| *hidden)) {
        problems.push(
            Diagnostic::new(
                Code::ExclusionNever,
                span,
                "no row fits all these conditions: the exclusion hides nothing",
            )
            .help("perhaps `any` was meant in place of `all`"),
        );
        return;
    }
    let (mut asks_for_nothing, mut everywhere) = (false, false);
    predicate.each(&mut |test| match &test.operation {
        Operation::IsEmpty => asks_for_nothing = true,
        Operation::InRange(ranges) => everywhere |= ranges.iter().copied().any(AddressRange::is_everything),
        _ => {}
    });
    if everywhere || (!asks_for_nothing && predicate.holds(&|_| predicate::Cell::Nothing)) {
        let what =
            if everywhere { "a range holds every address" } else { "rows without any of these values are hidden too" };
        problems
            .push(Diagnostic::new(Code::ExclusionBroad, span, what).help("name what is to be hidden, not what is not"));
    }
}

/// Whether every row that the first hides is hidden by the second; `None` if that can't be decided.
pub fn implies(first: &Predicate, second: &Predicate) -> Option<bool> {
    let atoms = Atoms::of(&[first, second])?;
    Some(atoms.rows().all(|row| !atoms.value(first, row) || atoms.value(second, row)))
}

/// The different conditions of some trees. A row of their table of truth says which of them hold.
struct Atoms<'p> {
    tests: Vec<&'p Test>,
}

impl<'p> Atoms<'p> {
    fn of(predicates: &[&'p Predicate]) -> Option<Self> {
        let mut tests: Vec<&'p Test> = Vec::new();
        for predicate in predicates {
            predicate.each(&mut |test| {
                if !tests.contains(&test) {
                    tests.push(test);
                }
            });
        }
        (tests.len() <= MAX_ATOMS).then_some(Self { tests })
    }

    /// Every row that can be: of lists of values of one field, the narrower does not hold where the wider does not, and
    /// of one column two lists without a common value do not hold both.
    fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        let mut lists: BTreeMap<usize, (&str, Vec<String>)> = BTreeMap::new();
        for (at, test) in self.tests.iter().enumerate() {
            if let Operation::OneOf { values, case_sensitive: false } = &test.operation {
                lists.insert(at, (&test.column.name, values.iter().map(|value| fold(value)).collect()));
            }
        }
        let mut impossible: Vec<Box<dyn Fn(u32) -> bool>> = Vec::new();
        for (&a, (name, one)) in &lists {
            for (&b, (other_name, two)) in lists.iter().filter(|(b, _)| **b != a) {
                let holds = move |row: u32, at: usize| row & (1 << at) != 0;
                if name != other_name {
                    continue;
                }
                if one.iter().all(|value| two.contains(value)) {
                    impossible.push(Box::new(move |row| holds(row, a) && !holds(row, b)));
                }
                // An entity may be mapped from several columns, each with a value of its own.
                if !name.starts_with('\u{0}') && !one.iter().any(|value| two.contains(value)) {
                    impossible.push(Box::new(move |row| holds(row, a) && holds(row, b)));
                }
            }
        }
        (0..1u32 << self.tests.len()).filter(move |row| !impossible.iter().any(|not| not(*row)))
    }

    fn value(&self, predicate: &Predicate, row: u32) -> bool {
        match predicate {
            Predicate::All(parts) => parts.iter().all(|part| self.value(part, row)),
            Predicate::Any(parts) => parts.iter().any(|part| self.value(part, row)),
            Predicate::Not(inner) => !self.value(inner, row),
            Predicate::Test(test) => {
                self.tests.iter().position(|known| *known == test).is_some_and(|at| row & (1 << at) != 0)
            }
        }
    }
}
