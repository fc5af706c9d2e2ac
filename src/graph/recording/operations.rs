//! How operations are kept while they are recorded, and found again.

use super::super::body::{Op, Operand};
use super::super::operation::{Operation, Piece};
use super::super::table::{Fx, NONE};
use super::{PLACE, Recording};
use std::any::Any;
use std::hash::{Hash, Hasher};
use std::mem::replace;
use std::panic::Location;
use std::sync::Arc;

/// An operation while it is recorded, in 32 bytes.
///
/// What was recorded before is found again by the latest of its operands: each operation has a list of those whose latest operand it is.
/// Mostly this is a short list of recent operations, which are in the caches, where a hash table of all would miss them. Of an operation
/// with more than [`MOST_LISTED`] such users the others are in a hash table.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub op: Op,
    /// One operand and [`NONE`], or two; of [more](Op::is_long), where they begin among all of these and how many there are.
    pub operands: [u32; 2],
    pub place: &'static Location<'static>,
    /// The latest of the operations in its list, and the next in the list that it is in itself; [`NONE`] if there is none.
    pub user: u32,
    pub next: u32,
}

/// How many operations a list may have.
const MOST_LISTED: usize = 8;

/// Where a new operation goes so that it is found again.
pub(super) enum Free {
    /// Into the list of this one.
    List(u32),
    /// To this place of the table.
    Table(usize),
}

/// The bit by which an operand of an [`Entry`] is a constant, one of the list of constants.
pub(super) const CONSTANT: u32 = 1 << 31;

/// How many operations a recording has numbers for.
pub(super) const MOST: usize = CONSTANT as usize;

impl Recording {
    /// An operand as it is stored.
    #[inline]
    fn store(&mut self, operand: Operand) -> u32 {
        match operand {
            Operand::Node(node) => node,
            Operand::Constant(bits) => CONSTANT | self.constant(bits),
        }
    }

    /// The place of a constant in the list of constants.
    fn constant(&mut self, bits: u64) -> u32 {
        let hash = |bits: u64| {
            let mut hasher = Fx::default();
            hasher.write_u64(bits);
            hasher.finish()
        };
        match self.table_of_constants.find(hash(bits), |known| self.constants[known as usize] == bits) {
            Ok(known) => known,
            Err(place) => {
                let next = self.constants.len() as u32;
                assert!(next < CONSTANT - 1, "dualtape: a recording has no room for more than 2³¹ constants");
                self.constants.push(bits);
                self.table_of_constants.take(place, next, |known| hash(self.constants[known as usize]));
                next
            }
        }
    }

    /// An operand as it was stored.
    pub(super) fn load(&self, stored: u32) -> Operand {
        match stored & CONSTANT {
            0 => Operand::Node(stored),
            _ => Operand::Constant(self.constants[(stored & !CONSTANT) as usize]),
        }
    }

    /// The operands of an operation, as they are stored.
    #[inline]
    pub(super) fn operands<'a>(&'a self, entry: &'a Entry) -> &'a [u32] {
        let [first, second] = entry.operands;
        match entry.op {
            Op::Input(_) => &[],
            op if op.is_long() => &self.operands[first as usize..][..second as usize],
            _ if second == NONE => &entry.operands[..1],
            _ => &entry.operands,
        }
    }

    /// An operation of one or two operands: one of them if nothing is to be computed, a node that is there already if it was recorded
    /// before, else a new one.
    #[inline]
    pub(super) fn short<const N: usize>(
        &mut self,
        op: Op,
        operands: [Operand; N],
        place: &'static Location<'static>,
    ) -> Operand {
        if let Some(same) = self.identity(op, &operands) {
            return same;
        }
        let mut stored = [NONE; 2];
        for (to, operand) in stored.iter_mut().zip(operands) {
            *to = self.store(operand);
        }
        let found = self.find(op, &stored, |known| known.op == op && known.operands == stored);
        found.map_or_else(|free| self.push(op, stored, place, free), Operand::Node)
    }

    /// The same of any number of operands.
    pub(super) fn long(&mut self, op: Op, operands: &[Operand], place: &'static Location<'static>) -> Operand {
        if let Some(same) = self.identity(op, operands) {
            return same;
        }
        let first = self.operands.len();
        for &operand in operands {
            let stored = self.store(operand);
            self.operands.push(stored);
        }
        assert!(self.operands.len() < NONE as usize, "dualtape: a recording has no room for more than 2³² operands");
        let stored = &self.operands[first..];
        match self.find(op, stored, |known| known.op == op && self.operands(known) == stored) {
            Ok(known) => {
                self.operands.truncate(first);
                Operand::Node(known)
            }
            Err(free) => self.push(op, [first as u32, operands.len() as u32], place, free),
        }
    }

    /// An operation that fits, of the given operands, or where it would be.
    #[inline]
    pub(super) fn find(&self, op: Op, operands: &[u32], fits: impl Fn(&Entry) -> bool) -> Result<u32, Free> {
        let latest = operands.iter().filter(|&&stored| stored & CONSTANT == 0).max();
        let Some(&latest) = latest else { unreachable!("operations on constants are computed") };
        let mut user = self.entries[latest as usize].user;
        for _ in 0..MOST_LISTED {
            if user == NONE {
                return Err(Free::List(latest));
            }
            let known = &self.entries[user as usize];
            if fits(known) {
                return Ok(user);
            }
            user = known.next;
        }
        self.table.find(hash(op, operands), |known| fits(&self.entries[known as usize])).map_err(Free::Table)
    }

    #[inline]
    fn push(&mut self, op: Op, operands: [u32; 2], place: &'static Location<'static>, free: Free) -> Operand {
        let new = self.entries.len() as u32;
        if new as usize >= self.most {
            return self.refuse();
        }
        let mut next = NONE;
        if let Free::List(latest) = free {
            next = replace(&mut self.entries[latest as usize].user, new);
        }
        let entry = Entry { op, operands, place, user: NONE, next };
        self.entries.push(Entry { place: self.place(&entry), ..entry });
        if let Free::Table(free) = free {
            let Recording { entries, operands, table, .. } = self;
            table.take(free, new, |known| {
                let Entry { op, operands: stored, .. } = entries[known as usize];
                match op.is_long() {
                    true => hash(op, &operands[stored[0] as usize..][..stored[1] as usize]),
                    false => hash(op, &stored),
                }
            });
        }
        Operand::Node(new)
    }

    /// There are more operations than there may be: from here on the function computes with plain values, and there is no graph.
    #[cold]
    fn refuse(&mut self) -> Operand {
        assert!(self.most < MOST, "dualtape: a recording has no room for more than 2³¹ operations");
        self.is_too_large = true;
        Operand::Constant(0) // a constant keeps its own value
    }

    /// Where in the source an operation stands.
    ///
    /// The sweep of a derivative multiplies partial derivatives, which were recorded before it and know their place, by adjoints, which
    /// were recorded later.
    fn place(&self, entry: &Entry) -> &'static Location<'static> {
        let of_operand = || {
            let nodes = self.operands(entry).iter().filter(|&&stored| stored & CONSTANT == 0);
            let entries = nodes.map(|&node| (&self.entries[node as usize], node));
            let first = entries.min_by_key(|&(entry, node)| (matches!(entry.op, Op::Input(_)), node));
            first.map(|(entry, _)| entry.place)
        };
        PLACE.get().or_else(|| if self.is_derivative { of_operand() } else { None }).unwrap_or(entry.place)
    }

    /// The number of a rule.
    pub(super) fn rule(
        &mut self,
        rule: &dyn Any,
        operation: impl FnOnce() -> Arc<dyn Operation>,
        is: impl Fn(&dyn Any) -> bool,
    ) -> u32 {
        let known = self.rules_of_type.entry(rule.type_id()).or_default();
        if let Some(&known) = known.iter().find(|&&known| is(self.rules[known as usize].as_any())) {
            return known;
        }
        let next = self.rules.len() as u32;
        known.push(next);
        self.rules.push(operation());
        next
    }

    /// The number of a rule, or of the operation that it stands for.
    pub(super) fn piece<P: Piece>(&mut self, piece: P, wrapped: Option<&Arc<dyn Operation>>) -> u32 {
        match wrapped {
            Some(operation) => self.rule(operation.as_any(), || operation.clone(), |known| operation.is_same(known)),
            None => self.rule(&piece, || Arc::new(piece), |known| known.downcast_ref::<P>() == Some(&piece)),
        }
    }

    /// What an operation gives without computing anything, to the bit.
    #[inline]
    fn identity(&self, op: Op, x: &[Operand]) -> Option<Operand> {
        let is = |x: Operand, c: f64| x == Operand::Constant(c.to_bits());
        let is_derivative = self.is_derivative && !self.is_value;
        match (op, x) {
            (Op::Add, &[x, y]) if is(x, -0.0) || (is_derivative && is(x, 0.0)) => Some(y),
            (Op::Add, &[x, y]) if is(y, -0.0) || (is_derivative && is(y, 0.0)) => Some(x),
            (Op::Sub, &[x, y]) if is(y, 0.0) => Some(x),
            (Op::Mul, &[x, y]) if is(x, 1.0) => Some(y),
            (Op::Mul | Op::Div, &[x, y]) if is(y, 1.0) => Some(x),
            (Op::Neg, &[Operand::Node(node)]) => {
                let entry = self.entries[node as usize];
                (entry.op == Op::Neg).then(|| self.load(entry.operands[0]))
            }
            (Op::IfLess, &[_, _, x, y]) if x == y => Some(x),
            _ => None,
        }
    }
}

#[inline]
fn hash(op: Op, operands: &[u32]) -> u64 {
    let mut hasher = Fx::default();
    op.hash(&mut hasher);
    operands.iter().for_each(|&operand| hasher.write_u32(operand));
    hasher.finish()
}
