//! Conditions as an automation rule nests them: negations at the leaves, groups of 2 to 10, two levels of groups.

use serde_json::{Value, json};

/// Microsoft's swagger: the conditions inside of a group.
const MOST_OF_A_GROUP: usize = 10;
/// Microsoft's docs on advanced conditions: "two levels of conditions" in a group. The API may take more; nobody could
/// verify it.
const LEVELS: usize = 2;
/// How many branches a condition may have on its way to a flatter form.
const MOST_BRANCHES: usize = 200;
/// Why a condition is refused.
const TOO_DEEP: &str = "groups nest deeper than an automation rule's two levels, and a flatter form would be too large";

/// A condition without negations but in its leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Test(Test),
}

/// A condition on one property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) subject: Subject,
    pub(super) operator: Operator,
    /// Whether it must not hold: never of a custom detail.
    pub(super) negated: bool,
    pub(super) values: Vec<String>,
}

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// One of the service's properties.
    Property(&'static str),
    /// The values of a custom detail of this name.
    Detail(String),
}

/// The service's operators, each of which has a negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equals,
    Contains,
    StartsWith,
    EndsWith,
}

impl Operator {
    fn word(self, negated: bool) -> &'static str {
        match (self, negated) {
            (Self::Equals, false) => "Equals",
            (Self::Equals, true) => "NotEquals",
            (Self::Contains, false) => "Contains",
            (Self::Contains, true) => "NotContains",
            (Self::StartsWith, false) => "StartsWith",
            (Self::StartsWith, true) => "NotStartsWith",
            (Self::EndsWith, false) => "EndsWith",
            (Self::EndsWith, true) => "NotEndsWith",
        }
    }
}

/// A condition on a property.
pub(super) fn property(name: &str, operator: &str, values: &[String]) -> Value {
    json!({
        "conditionType": "Property",
        "conditionProperties": {"propertyName": name, "operator": operator, "propertyValues": values},
    })
}

/// A condition that holds if an item of an array fits.
fn array(of: &str, items: Vec<Value>) -> Value {
    json!({
        "conditionType": "PropertyArray",
        "conditionProperties": {"arrayType": of, "arrayConditionType": "AnyItem", "itemConditions": items},
    })
}

impl Tree {
    /// The same condition with groups of one kind in each other made one, and tests of one property joined: the values
    /// of one test are alternatives, and of a negated one none may fit (Microsoft's swagger).
    pub(super) fn simple(tree: Self) -> Self {
        let (all, parts) = match tree {
            Self::Test(_) => return tree,
            Self::All(parts) => (true, parts),
            Self::Any(parts) => (false, parts),
        };
        let mut flat: Vec<Self> = Vec::with_capacity(parts.len());
        for part in parts.into_iter().map(Self::simple) {
            match part {
                Self::All(inner) if all => inner.into_iter().for_each(|one| join(&mut flat, one, all)),
                Self::Any(inner) if !all => inner.into_iter().for_each(|one| join(&mut flat, one, all)),
                other => join(&mut flat, other, all),
            }
        }
        match (flat.len(), all) {
            (1, _) => flat.remove(0),
            (_, true) => Self::All(flat),
            (_, false) => Self::Any(flat),
        }
    }

    /// How many conditions it has, groups not counted.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::count).sum(),
            Self::Test(_) => 1,
        }
    }

    /// The conditions that must all hold, each as the service takes it.
    ///
    /// # Errors
    /// Why one can't be.
    pub(super) fn conjuncts(self) -> Result<Vec<Self>, &'static str> {
        let parts = match self {
            Self::All(parts) => parts,
            other => vec![other],
        };
        parts.into_iter().map(Self::fit).collect()
    }

    fn fit(self) -> Result<Self, &'static str> {
        let grouped = self.clone().grouped();
        if grouped.levels() <= LEVELS {
            return Ok(grouped);
        }
        let branches = self.branches().ok_or(TOO_DEEP)?;
        let flat = Self::simple(Self::Any(branches.into_iter().map(Self::All).collect())).grouped();
        if flat.levels() <= LEVELS { Ok(flat) } else { Err(TOO_DEEP) }
    }

    fn levels(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => 1 + parts.iter().map(Self::levels).max().unwrap_or(0),
            Self::Test(_) => 0,
        }
    }

    /// The same with no group of more than ten: a larger one becomes groups in a group.
    fn grouped(self) -> Self {
        let (all, parts) = match self {
            Self::Test(_) => return self,
            Self::All(parts) => (true, parts),
            Self::Any(parts) => (false, parts),
        };
        let group = |parts: Vec<Self>| if all { Self::All(parts) } else { Self::Any(parts) };
        let mut parts: Vec<Self> = parts.into_iter().map(Self::grouped).collect();
        while parts.len() > MOST_OF_A_GROUP {
            let (groups, mut left) = (parts.len().div_ceil(MOST_OF_A_GROUP), parts.into_iter());
            let total = left.len();
            // As even as can be, so that none has less than two.
            let size = |at: usize| total / groups + usize::from(at < total % groups);
            parts = (0..groups).map(|at| group(left.by_ref().take(size(at)).collect())).collect();
        }
        group(parts)
    }

    /// The ways in which it can hold, each as conditions that must all hold.
    fn branches(&self) -> Option<Vec<Vec<Self>>> {
        match self {
            Self::Test(_) => Some(vec![vec![self.clone()]]),
            Self::Any(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.extend(part.branches()?);
                }
                (all.len() <= MOST_BRANCHES).then_some(all)
            }
            Self::All(parts) => {
                let mut ways: Vec<Vec<Self>> = vec![Vec::new()];
                for part in parts {
                    let more = part.branches()?;
                    if ways.len() * more.len() > MOST_BRANCHES {
                        return None;
                    }
                    let with = |way: &Vec<Self>| {
                        let way = way.clone();
                        more.iter().map(move |one| [way.clone(), one.clone()].concat()).collect::<Vec<_>>()
                    };
                    ways = ways.iter().flat_map(with).collect();
                }
                Some(ways)
            }
        }
    }

    /// As it is sent.
    pub(super) fn body(&self) -> Value {
        let group = |operator: &str, parts: &[Self]| {
            let inner: Vec<Value> = parts.iter().map(Self::body).collect();
            json!({
                "conditionType": "Boolean",
                "conditionProperties": {"operator": operator, "innerConditions": inner},
            })
        };
        match self {
            Self::All(parts) => group("And", parts),
            Self::Any(parts) => group("Or", parts),
            Self::Test(Test { subject, operator, negated, values }) => {
                let operator = operator.word(*negated);
                match subject {
                    Subject::Property(name) => property(name, operator, values),
                    // As in Microsoft's example of 2022-11-01-preview.
                    Subject::Detail(key) => array(
                        "CustomDetails",
                        vec![
                            property("IncidentCustomDetailsKey", "Equals", std::slice::from_ref(key)),
                            array("CustomDetailValues", vec![property("IncidentCustomDetailsValue", operator, values)]),
                        ],
                    ),
                }
            }
        }
    }
}

/// Adds a part to a group, into a test of the same property where the two are one.
fn join(parts: &mut Vec<Tree>, part: Tree, all: bool) {
    if let Tree::Test(test) = &part {
        let same = |other: &&mut Tree| matches!(other, Tree::Test(other) if other.subject == test.subject && other.operator == test.operator && other.negated == test.negated);
        if test.negated == all
            && let Some(Tree::Test(other)) = parts.iter_mut().find(same)
        {
            for value in &test.values {
                if !other.values.iter().any(|known| known.to_lowercase() == value.to_lowercase()) {
                    other.values.push(value.clone());
                }
            }
            return;
        }
    }
    if !parts.contains(&part) {
        parts.push(part);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
