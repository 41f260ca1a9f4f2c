//! The columns that flow through a pipeline.

use std::borrow::Cow;

use super::Type;
use super::name_map::NameMap;

/// A column of a table, at one point of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) ty: Type,
}

impl<'a> Column<'a> {
    pub(super) fn new(name: impl Into<Cow<'a, str>>, ty: Type) -> Self {
        Self { name: name.into(), ty }
    }
}

/// The columns of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row<'a> {
    pub(super) columns: Vec<Column<'a>>,
    /// Whether there may be more columns than are known.
    pub(super) open: bool,
    /// Whether it was made of something unknown, although its own columns may be known.
    pub(super) derived: bool,
}

impl<'a> Row<'a> {
    /// A table of which nothing is known.
    pub(super) fn unknown() -> Self {
        Self { columns: Vec::new(), open: true, derived: true }
    }

    pub(super) fn closed(columns: Vec<Column<'a>>) -> Self {
        Self::new(columns, false)
    }

    pub(super) fn new(columns: Vec<Column<'a>>, open: bool) -> Self {
        Self { columns, open, derived: false }
    }

    /// More columns than these, which nobody can know.
    pub(super) fn unpacked(self) -> Self {
        Self { open: true, derived: true, ..self }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Column<'a>> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// Columns side by side, as `join` gives them: a name that is there already gets a number.
    pub(super) fn side_by_side(self, right: Row<'a>) -> Self {
        let (open, derived) = (self.open || right.open, self.derived || right.derived);
        let mut names = UniqueNames::default();
        for column in self.columns.iter().chain(&right.columns) {
            names.reserve(column.name.clone());
        }
        let mut columns = self.columns;
        let mut seen: NameMap<'a, ()> = columns.iter().map(|c| (c.name.clone(), ())).collect();
        for column in right.columns {
            let name = match seen.insert(column.name.clone(), ()) {
                None => column.name,
                Some(()) => names.unique(column.name),
            };
            columns.push(Column { name, ty: column.ty });
        }
        Self { columns, open, derived }
    }

    /// Columns one below the other, as `union` gives them: a name with several types becomes several columns.
    pub(super) fn stacked(rows: Vec<Row<'a>>) -> Self {
        let (open, derived) = (rows.iter().any(|r| r.open), rows.iter().any(|r| r.derived));
        let mut order: Vec<Stacked<'a>> = Vec::new();
        let mut index: NameMap<'a, usize> = NameMap::default();
        for column in rows.into_iter().flat_map(|r| r.columns) {
            match index.get(&column.name) {
                Some(at) => order[*at].add(column.ty),
                None => {
                    index.insert(column.name.clone(), order.len());
                    order.push(Stacked { name: column.name, types: vec![column.ty], repeated: false });
                }
            }
        }
        let mut names = UniqueNames::default();
        let mut columns = Vec::with_capacity(order.len());
        for Stacked { name, types, .. } in order {
            match types.as_slice() {
                [ty] => columns.push(Column { name: names.unique(name), ty: *ty }),
                types => columns.extend(
                    types.iter().map(|ty| Column { name: names.unique(format!("{name}_{ty}").into()), ty: *ty }),
                ),
            }
        }
        Self { columns, open, derived }
    }
}

/// A column of a union and the types that it comes with.
struct Stacked<'a> {
    name: Cow<'a, str>,
    types: Vec<Type>,
    /// Whether the first type has come twice before any other.
    repeated: bool,
}

impl Stacked<'_> {
    /// Kusto.Language 12.4.1 overlooks a second type that comes after two columns of the first. We follow it, so that
    /// we never report as missing what Microsoft's own tools say is there.
    ///
    /// A type that is not known may be the one that is, so it never splits a column.
    fn add(&mut self, ty: Type) {
        if ty == Type::Unknown {
            return;
        }
        if self.types == [Type::Unknown] {
            self.types = vec![ty];
        } else if self.types.contains(&ty) {
            self.repeated |= self.types.len() == 1;
        } else if !self.repeated {
            self.types.push(ty);
        }
    }
}

/// Names of which none occurs twice: the second `a` becomes `a1`.
#[derive(Debug, Default)]
pub(super) struct UniqueNames<'a> {
    /// The names taken, and the last number that was put after each.
    taken: NameMap<'a, u32>,
}

impl<'a> UniqueNames<'a> {
    fn reserve(&mut self, name: Cow<'a, str>) {
        self.taken.entry(name).or_default();
    }

    fn unique(&mut self, name: Cow<'a, str>) -> Cow<'a, str> {
        let Some(last) = self.taken.get(&name) else {
            self.taken.insert(name.clone(), 0);
            return name;
        };
        let mut number = *last;
        loop {
            number += 1;
            let numbered: Cow<'a, str> = format!("{name}{number}").into();
            if !self.taken.contains_key(&numbered) {
                self.taken.insert(numbered.clone(), 0);
                self.taken.insert(name, number);
                return numbered;
            }
        }
    }
}

/// The output of an operator while it is put together.
#[derive(Debug, Default)]
pub(super) struct Projection<'a> {
    columns: Vec<Column<'a>>,
    index: NameMap<'a, usize>,
    /// Names that came twice.
    names: UniqueNames<'a>,
    /// Names that the query has declared itself; a second declaration is an error.
    declared: NameMap<'a, ()>,
    /// Columns of the input that must not come again.
    barred: NameMap<'a, ()>,
}

impl<'a> Projection<'a> {
    /// Starts with all columns of the input, as `extend` does.
    pub(super) fn starting_with(columns: Vec<Column<'a>>) -> Self {
        let mut projection = Self::default();
        projection.index.reserve(columns.len());
        projection.columns.reserve(columns.len() + 4);
        for column in columns {
            projection.add(column, false);
        }
        projection
    }

    /// Bars a column of the input from being added again.
    pub(super) fn bar(&mut self, name: Cow<'a, str>) {
        self.barred.insert(name, ());
    }

    /// Adds a column of the input as it is, unless it is barred.
    pub(super) fn add_input(&mut self, column: Column<'a>, replace: bool) {
        if !self.barred.contains_key(&column.name) {
            self.add(column, replace);
        }
    }

    /// Adds a column; a name that is taken is replaced or numbered.
    pub(super) fn add(&mut self, column: Column<'a>, replace: bool) {
        match self.index.get(&column.name) {
            Some(at) if replace => self.columns[*at] = column,
            Some(_) => {
                self.names.reserve(column.name.clone());
                let mut name = self.names.unique(column.name.clone());
                while self.index.contains_key(&name) {
                    name = self.names.unique(column.name.clone());
                }
                self.push(Column { name, ty: column.ty });
            }
            None => self.push(column),
        }
    }

    fn push(&mut self, column: Column<'a>) {
        self.index.insert(column.name.clone(), self.columns.len());
        self.columns.push(column);
    }

    /// Adds a column that the query names; false if it has named one so before.
    pub(super) fn declare(&mut self, column: Column<'a>, replace: bool) -> bool {
        let new = self.declared.insert(column.name.clone(), ()).is_none();
        if new {
            self.add(column, replace);
        }
        new
    }

    pub(super) fn rename(&mut self, old: &str, new: Cow<'a, str>) {
        if let Some(at) = self.index.remove(old) {
            self.columns[at].name = new.clone();
            self.index.insert(new, at);
        }
    }

    pub(super) fn columns(&self) -> &[Column<'a>] {
        &self.columns
    }

    pub(super) fn into_columns(self) -> Vec<Column<'a>> {
        self.columns
    }
}
