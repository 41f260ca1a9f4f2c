//! How often a parser looks at a token: counted in tests, and nothing elsewhere.

/// A count.
#[cfg(test)]
pub(super) type Looks = std::cell::Cell<u64>;

/// No count.
#[cfg(not(test))]
pub(super) type Looks = ();

#[cfg(test)]
pub(super) fn look(looks: &Looks) {
    looks.set(looks.get() + 1);
}

#[cfg(not(test))]
pub(super) fn look(_looks: &Looks) {}
