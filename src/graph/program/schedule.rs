//! The order in which a program runs its operations: those of one kind that are ready together stand together.
//!
//! An interpreter pays for every decision what to do next, and pays most where it cannot be predicted. So operations are scheduled in
//! windows of the recording's order: whenever something is to be run, it is all the operations of the kind that most are ready of.
//! They are written in blocks of up to eight, one decision each. Results are stored one after the other, so a block says where its
//! operands are and no more.

use super::super::body::{Body, Guard, Op, Operand};
use super::super::operation::Operation;
use super::super::question::Question;
use super::super::table::{Hashed, NONE};
use crate::float::Condition;
use std::collections::HashMap;
use std::sync::Arc;

// What a block does. Everything else is a call.
pub(super) const ADD: u32 = 0;
pub(super) const SUB: u32 = 1;
pub(super) const MUL: u32 = 2;
pub(super) const DIV: u32 = 3;
pub(super) const NEG: u32 = 4;
/// Of four operands: the third where the first is less than the second, else the fourth.
pub(super) const CHOOSE: u32 = 5;
/// `a * b + c` with two roundings.
pub(super) const MUL_ADD: u32 = 6;
/// `a * b - c` with two roundings.
pub(super) const MUL_SUB: u32 = 7;
/// `c - a * b` with two roundings.
pub(super) const SUB_MUL: u32 = 8;
/// How many kinds have blocks.
pub(super) const KINDS: u32 = 9;

/// How many operations a block may have. The first word of a block is `kind * SIZES.len() + position of the size`.
pub(super) const SIZES: [usize; 5] = [8, 4, 3, 2, 1];
/// The first word of calls. The number of the function follows, how often it is called, and the operands.
pub(super) const CALL: u32 = KINDS * SIZES.len() as u32;

// Chains: operations of one kind of which each takes the result of the one before. The words after the first are their number, the place
// of what the first takes, and the other operands.
/// `acc + a`.
pub(super) const ADD_CHAIN: u32 = CALL + 1;
/// `acc - a`.
pub(super) const SUB_CHAIN: u32 = CALL + 2;
/// `acc * a`.
pub(super) const MUL_CHAIN: u32 = CALL + 3;
/// `a * b + acc`.
pub(super) const DOT_CHAIN: u32 = CALL + 4;
/// `acc - a * b`.
pub(super) const SUB_DOT_CHAIN: u32 = CALL + 5;
/// `acc * a + b`.
pub(super) const HORNER_CHAIN: u32 = CALL + 6;
/// `acc * a - b`.
pub(super) const HORNER_SUB_CHAIN: u32 = CALL + 7;

/// How many operations of one kind are ready, at most, where chains are looked for. More of them are faster side by side.
const CHAINED: usize = 2;

/// The chain that an operation continues if operand `position` is the result before.
fn chain_of(kind: u32, position: usize) -> Option<u32> {
    match (kind, position) {
        (ADD, _) => Some(ADD_CHAIN),
        (SUB, 0) => Some(SUB_CHAIN),
        (MUL, _) => Some(MUL_CHAIN),
        (MUL_ADD, 2) => Some(DOT_CHAIN),
        (SUB_MUL, 2) => Some(SUB_DOT_CHAIN),
        (MUL_ADD, _) => Some(HORNER_CHAIN),
        (MUL_SUB, 0 | 1) => Some(HORNER_SUB_CHAIN),
        _ => None,
    }
}

/// Rows: operations of one kind whose operands are evenly spaced. The word is this and the kind; their number follows, and for each
/// operand its first place and the distance to the next, which is [`EVEN`] for 0.
pub(super) const ROW: u32 = CALL + 8;
/// Where distances have their 0.
pub(super) const EVEN: u32 = 1 << 15;
/// What follows goes to the place that is the next word.
pub(super) const GO: u32 = ROW + KINDS;
/// The shortest row: as long as a block, which it is faster than.
const LEAST_ROW: usize = 8;

/// How many operations are scheduled together. Their results stay in the first caches.
const WINDOW: usize = 4096;
/// How much memory words of 16 bits reach. A program that has more results than this gives the places of those that are used in their own
/// window to the next window.
pub(super) const SHORT: usize = 1 << 16;
/// Room for such results: two for each operation, as pairs have.
const TEMPORARY: usize = 2 * WINDOW;
/// How many calls are made at once.
const CALLS: usize = 32;
/// How many kinds are compared to find the one that most operations are ready of. A program may have a rule of its own for each
/// operation, and scheduling has to stay linear.
const COMPARED: usize = 32;

/// Hands the table of what operations and chains compute to `$then!`, behind `$before`: the number, how many operands it takes from the
/// code, and the value. In a chain the first name is the result before.
macro_rules! operations {
    ($then:ident! $($before:tt)*) => {
        $then! {
            $($before)*
            kinds: {
                ADD / 2: [a, b] a + b;
                SUB / 2: [a, b] a - b;
                MUL / 2: [a, b] a * b;
                DIV / 2: [a, b] a / b;
                NEG / 1: [a] -a;
                CHOOSE / 4: [a, b, then, otherwise] if a < b { then } else { otherwise };
                MUL_ADD / 3: [a, b, c] a * b + c;
                MUL_SUB / 3: [a, b, c] a * b - c;
                SUB_MUL / 3: [a, b, c] c - a * b;
            }
            chains: {
                ADD_CHAIN / 1: acc, [a] acc + a;
                SUB_CHAIN / 1: acc, [a] acc - a;
                MUL_CHAIN / 1: acc, [a] acc * a;
                DOT_CHAIN / 2: acc, [a, b] a * b + acc;
                SUB_DOT_CHAIN / 2: acc, [a, b] acc - a * b;
                HORNER_CHAIN / 2: acc, [a, b] acc * a + b;
                HORNER_SUB_CHAIN / 2: acc, [a, b] acc * a - b;
            }
        }
    };
}
pub(super) use operations;

/// An operation that is computed by a call.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub of: Of,
    /// The number of operands.
    pub arity: usize,
    /// The number of results.
    pub results: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Of {
    Op(Op),
    Rule(Arc<dyn Operation>),
    /// Two functions of one argument that share their work.
    Both(fn(f64) -> (f64, f64)),
}

/// The words of a program, of 16 bits where they fit.
#[derive(Clone, Debug)]
pub(super) enum Code {
    Short(Box<[u16]>),
    Long(Box<[u32]>),
}

/// A guard, with the places of the two sides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Check {
    pub question: Question,
    pub about: [u32; 2],
    pub answer: u64,
}

/// The operations in the order in which they run. Memory has the inputs first, then constants, then results as they come.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    pub code: Code,
    pub functions: Vec<Function>,
    pub constants: Vec<f64>,
    /// How much memory it takes.
    pub cells: usize,
    /// Whether places are used again.
    pub reuses: bool,
    pub results: Box<[u32]>,
    pub checks: Vec<Check>,
    pub conditions: Vec<(Condition, Vec<u32>)>,
    /// How many operations are run, and by how many decisions.
    pub operations: usize,
    pub decisions: usize,
}

/// Results that are kept, and those that are used in their own window only.
const KEPT: usize = 0;
const PASSING: usize = 1;

/// What the operations of a graph are to the schedule.
struct Plan<'a> {
    graph: &'a Body,
    /// A kind with blocks, or `KINDS` and the number of the function; `NONE` for what is not run by itself.
    kind: Vec<u32>,
    /// Of a sum with a product inside, whether the product is the left operand.
    is_left: Vec<bool>,
    /// What stands for an operation that does nothing on plain numbers.
    same: HashMap<u32, Operand, Hashed>,
    /// Where the value of a node is; `NONE` as long as it is not computed.
    place: Vec<u32>,
    /// Which batch of operations computes a node, from 1; 0 for inputs.
    batch: Vec<u32>,
    /// The last operation that uses a node, where places are used again.
    last_use: Vec<u32>,
    /// Where the next result goes that is kept, and the next one that is used in this window only; and which of them is now written.
    next: [u32; 2],
    writes: Option<usize>,
    constants: Constants,
}

#[derive(Default)]
struct Constants {
    known: HashMap<u64, u32, Hashed>,
    values: Vec<f64>,
    first: u32,
}

impl Constants {
    fn place(&mut self, bits: u64) -> u32 {
        *self.known.entry(bits).or_insert_with(|| {
            self.values.push(f64::from_bits(bits));
            self.first + self.values.len() as u32 - 1
        })
    }
}

/// Of plain numbers, these operations are their first operands.
fn is_first_operand(op: Op) -> bool {
    matches!(op, Op::Detach | Op::FromPartials)
}

/// The conditions as they are looked at. NaN stays NaN in arithmetic, so instead of asking a number whether it is NaN one may ask what is
/// computed from it, and where that is a result nothing need be asked, since results have to be finite. It is asked of few then, and
/// products disappear in sums. At worst the answer is yes for a number that is not, and the drivers are called in vain; so it
/// is not left to the side of a choice that may not be taken.
fn conditions(graph: &Body) -> Vec<(Condition, u32)> {
    let n = graph.nodes.len();
    let mut leads_to_result = vec![false; n];
    let mut is_result = vec![false; n];
    for operand in &graph.results {
        if let Operand::Node(node) = operand {
            leads_to_result[*node as usize] = true;
            is_result[*node as usize] = true;
        }
    }
    // Arithmetic that takes the number and always leads to a result.
    let mut user = vec![NONE; n];
    for (i, node) in graph.nodes.iter().enumerate().rev() {
        if !leads_to_result[i] {
            continue;
        }
        let operands = graph.operands(node);
        let operands = if node.op == Op::IfLess { &operands[..2] } else { operands };
        for operand in operands {
            if let Operand::Node(operand) = operand {
                leads_to_result[*operand as usize] = true;
                if matches!(node.op, Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Neg) {
                    user[*operand as usize] = i as u32;
                }
            }
        }
    }
    let mut is_asked = vec![false; n];
    let mut conditions = Vec::new();
    for &(condition, node) in &graph.conditions {
        if condition == Condition::NotNan {
            is_asked[node as usize] = true;
        } else {
            conditions.push((condition, node));
        }
    }
    for node in 0..n {
        match (is_asked[node] && !is_result[node], user[node]) {
            (true, NONE) => conditions.push((Condition::NotNan, node as u32)),
            (true, user) => is_asked[user as usize] = true,
            _ => {}
        }
    }
    conditions
}

/// How often each node is used, up to 255; what is looked at from outside counts twice, so that it does not disappear in another
/// operation. 0 for what only derivatives would need.
fn uses(graph: &Body, conditions: &[(Condition, u32)]) -> Vec<u8> {
    let mut uses = vec![0_u8; graph.nodes.len()];
    let used = |uses: &mut [u8], operand: Operand, times: u8| {
        if let Operand::Node(node) = operand {
            uses[node as usize] = uses[node as usize].saturating_add(times);
        }
    };
    let watched = conditions.iter().map(|&(_, node)| Operand::Node(node));
    let sides = graph.guards.iter().flat_map(|guard| guard.about);
    graph.results.iter().copied().chain(sides).chain(watched).for_each(|x| used(&mut uses, x, 2));
    for (i, node) in graph.nodes.iter().enumerate().rev() {
        if uses[i] > 0 {
            let operands = match node.op {
                // Both of a pair are computed by the first.
                Op::Second(_) => &[Operand::Node(i as u32 - 1)],
                _ => graph.operands(node),
            };
            // Whoever uses what is the same as another, uses the other.
            let (operands, times) = if is_first_operand(node.op) { (&operands[..1], 2) } else { (operands, 1) };
            operands.iter().for_each(|&x| used(&mut uses, x, times));
        }
    }
    uses
}

impl<'a> Plan<'a> {
    fn new(graph: &'a Body, conditions: &[(Condition, u32)], functions: &mut Vec<Function>) -> Plan<'a> {
        let (n, uses) = (graph.nodes.len(), uses(graph, conditions));
        let mut known: HashMap<(Op, usize), u32, Hashed> = HashMap::default();
        let mut plan = Plan {
            graph,
            kind: vec![NONE; n],
            is_left: vec![false; n],
            same: HashMap::default(),
            place: vec![NONE; n],
            batch: vec![0; n],
            last_use: Vec::new(),
            next: [0; 2],
            writes: Some(KEPT),
            constants: Constants { first: graph.point.len() as u32, ..Constants::default() },
        };
        let is_product = |operand: Operand| match operand {
            Operand::Node(node) => graph.nodes[node as usize].op == Op::Mul && uses[node as usize] == 1,
            Operand::Constant(_) => false,
        };
        for (i, node) in graph.nodes.iter().enumerate().filter(|&(i, _)| uses[i] > 0) {
            let operands = graph.operands(node);
            if is_first_operand(node.op) {
                let first = plan.resolve(operands[0]);
                plan.same.insert(i as u32, first);
                continue;
            }
            for &operand in operands {
                if let Operand::Constant(bits) = operand {
                    plan.constants.place(bits);
                }
            }
            let product = match node.op {
                Op::Add | Op::Sub => [1, 0].into_iter().find(|&k| is_product(operands[k])),
                _ => None,
            };
            if let Some(k) = product {
                plan.is_left[i] = k == 0;
                if let Operand::Node(product) = operands[k] {
                    plan.kind[product as usize] = NONE;
                }
            }
            plan.kind[i] = match (node.op, product) {
                (Op::Input(_) | Op::Second(_), _) => NONE,
                (Op::Add, None) => ADD,
                (Op::Add, Some(_)) => MUL_ADD,
                (Op::Sub, None) => SUB,
                (Op::Sub, Some(0)) => MUL_SUB,
                (Op::Sub, Some(_)) => SUB_MUL,
                (Op::Mul, _) => MUL,
                (Op::Div, _) => DIV,
                (Op::Neg, _) => NEG,
                (Op::IfLess, _) => CHOOSE,
                (op, _) => {
                    let next = functions.len() as u32;
                    let number = *known.entry((op, operands.len())).or_insert(next);
                    if number == next {
                        let mut results = 1;
                        let of = match op {
                            Op::First(_) => {
                                results = 2;
                                Of::Both(graph.both(i))
                            }
                            Op::Rule(rule) | Op::Reduction(rule) => Of::Rule(graph.rules[rule as usize].clone()),
                            op => Of::Op(op),
                        };
                        functions.push(Function { of, arity: operands.len(), results });
                    }
                    KINDS + number
                }
            };
        }
        let sides = graph.guards.iter().flat_map(|guard| guard.about);
        for operand in graph.results.iter().copied().chain(sides).chain(plan.same.values().copied()) {
            if let Operand::Constant(bits) = operand {
                plan.constants.place(bits);
            }
        }
        plan
    }

    /// What is computed in place of an operand.
    fn resolve(&self, operand: Operand) -> Operand {
        match operand {
            Operand::Node(node) if is_first_operand(self.graph.nodes[node as usize].op) => self.same[&node],
            operand => operand,
        }
    }

    /// Calls `f` with each operand of the operation that runs for `node`.
    #[inline]
    fn operands(&self, node: u32, mut f: impl FnMut(Operand)) {
        let operands = self.graph.operands(&self.graph.nodes[node as usize]);
        if (MUL_ADD..=SUB_MUL).contains(&self.kind[node as usize]) {
            let [product, other] = if self.is_left[node as usize] { [0, 1] } else { [1, 0] };
            let Operand::Node(product) = operands[product] else { unreachable!("a product is a node") };
            self.graph.operands(&self.graph.nodes[product as usize]).iter().for_each(|&x| f(self.resolve(x)));
            f(self.resolve(operands[other]));
        } else {
            operands.iter().for_each(|&x| f(self.resolve(x)));
        }
    }

    /// The operation that computes a node.
    fn computed_by(&self, node: u32) -> u32 {
        if let Op::Second(_) = self.graph.nodes[node as usize].op { node - 1 } else { node }
    }

    /// Notes which operation uses each node last; none after it if it is looked at from outside.
    fn find_last_uses(&mut self, conditions: &[(Condition, u32)]) {
        let mut last_use = vec![0; self.kind.len()];
        for node in (0..self.kind.len() as u32).filter(|&node| self.kind[node as usize] != NONE) {
            self.operands(node, |operand| {
                if let Operand::Node(operand) = operand {
                    last_use[self.computed_by(operand) as usize] = node;
                }
            });
        }
        let watched = conditions.iter().map(|&(_, node)| Operand::Node(node));
        let sides = self.graph.guards.iter().flat_map(|guard| guard.about);
        for operand in self.graph.results.iter().copied().chain(sides).chain(watched) {
            if let Operand::Node(node) = self.resolve(operand) {
                last_use[self.computed_by(node) as usize] = NONE;
            }
        }
        self.last_use = last_use;
    }

    /// Whether the results of `node` are kept, in a window that ends before the node `end`.
    fn keeping(&self, node: u32, end: usize) -> usize {
        if self.last_use.is_empty() || self.last_use[node as usize] as usize >= end { KEPT } else { PASSING }
    }

    /// Where the value of an operand is.
    fn place(&self, operand: Operand) -> u32 {
        match self.resolve(operand) {
            Operand::Node(node) => self.place[node as usize],
            Operand::Constant(bits) => self.constants.known[&bits],
        }
    }
}

/// The operations whose operands are there, by kind.
struct Ready {
    of_kind: Vec<Vec<u32>>,
    /// The kinds that have some.
    kinds: Vec<u32>,
}

impl Ready {
    fn push(&mut self, kind: u32, node: u32) {
        let of_kind = &mut self.of_kind[kind as usize];
        if of_kind.is_empty() {
            self.kinds.push(kind);
        }
        of_kind.push(node);
    }

    /// All operations of the kind that most are ready of, in the order of the recording.
    fn take(&mut self, batch: &mut Vec<u32>) -> Option<u32> {
        let first = self.kinds.len().saturating_sub(COMPARED);
        let fullest = (first..self.kinds.len()).max_by_key(|&k| self.of_kind[self.kinds[k] as usize].len())?;
        let kind = self.kinds.swap_remove(fullest);
        batch.clear();
        std::mem::swap(batch, &mut self.of_kind[kind as usize]);
        batch.sort_unstable();
        Some(kind)
    }
}

impl Schedule {
    pub fn new(graph: &Body) -> Schedule {
        let mut functions = Vec::new();
        let conditions = conditions(graph);
        let mut plan = Plan::new(graph, &conditions, &mut functions);
        let mut schedule = Schedule {
            code: Code::Short(Box::default()),
            functions,
            cells: graph.point.len() + plan.constants.values.len(),
            reuses: false,
            constants: std::mem::take(&mut plan.constants.values),
            results: Box::default(),
            checks: Vec::new(),
            conditions: Vec::new(),
            operations: 0,
            decisions: 0,
        };
        plan.next[KEPT] = schedule.cells as u32;
        let results_of = |&kind: &u32| match kind.checked_sub(KINDS) {
            Some(function) => schedule.functions[function as usize].results,
            None => 1,
        };
        let results: usize = plan.kind.iter().filter(|&&kind| kind != NONE).map(results_of).sum();
        if schedule.cells + results > SHORT {
            schedule.reuses = true;
            plan.next = [(schedule.cells + TEMPORARY) as u32, schedule.cells as u32];
            plan.writes = None;
            plan.find_last_uses(&conditions);
        }
        let code = schedule.order(&mut plan);
        schedule.results = graph.results.iter().map(|&x| plan.place(x)).collect();
        let check = |guard: &Guard| Check {
            question: guard.question,
            about: guard.about.map(|x| plan.place(x)),
            answer: guard.answer,
        };
        schedule.checks = graph.guards.iter().map(check).collect();
        // Those of one kind stand together, so that each kind is one loop.
        for (condition, node) in conditions {
            let place = plan.place(Operand::Node(node));
            match schedule.conditions.iter_mut().find(|(known, _)| *known == condition) {
                Some((_, places)) => places.push(place),
                None => schedule.conditions.push((condition, vec![place])),
            }
        }
        schedule.code = match code.iter().map(|&word| u16::try_from(word)).collect() {
            // Places of results are in no word.
            Ok(short) if schedule.cells <= SHORT => Code::Short(short),
            _ => Code::Long(code.into()),
        };
        schedule
    }

    /// Puts the operations in order. Returns the words of the program; the places of the values are in `plan` afterwards.
    fn order(&mut self, plan: &mut Plan) -> Vec<u32> {
        let n = plan.kind.len();
        let mut code = Vec::new();
        let mut window = Window {
            nodes: Vec::with_capacity(WINDOW),
            missing: vec![0; n],
            waiting: vec![NONE; n],
            links: Vec::new(),
            ready: Ready { of_kind: vec![Vec::new(); KINDS as usize + self.functions.len()], kinds: Vec::new() },
        };
        let (mut batch, mut chain, mut sorted) = (Vec::new(), Vec::new(), Vec::new());
        let mut batches = 0;
        let mut nodes = 0..n;
        let mut parts = [Vec::new(), Vec::new()];
        let passing = plan.next[PASSING];
        while window.fill(plan, &mut nodes) {
            let end = nodes.start;
            if self.reuses {
                plan.next[PASSING] = passing;
                plan.writes = None;
            }
            while let Some(kind) = window.ready.take(&mut batch) {
                batches += 1;
                batch.iter().for_each(|&node| plan.batch[node as usize] = batches);
                if kind < KINDS && batch.len() <= CHAINED {
                    for &node in &batch {
                        let word = window.chain(plan, node, &mut chain);
                        let keeping = chain.iter().map(|&(node, _)| plan.keeping(node, end)).min();
                        self.go(&mut code, plan, keeping.unwrap_or(KEPT));
                        match word {
                            Some(word) => self.write_chain(&mut code, plan, word, &chain),
                            None => self.write(&mut code, plan, kind, &[node]),
                        }
                    }
                    continue;
                }
                parts.iter_mut().for_each(Vec::clear);
                batch.iter().for_each(|&node| parts[plan.keeping(node, end)].push(node));
                for (keeping, part) in parts.iter_mut().enumerate().filter(|(_, part)| !part.is_empty()) {
                    self.go(&mut code, plan, keeping);
                    if kind < KINDS && part.len() >= LEAST_ROW {
                        sort(plan, part, &mut sorted);
                        self.write_rows(&mut code, plan, kind, part);
                    } else {
                        self.write(&mut code, plan, kind, part);
                    }
                }
                batch.iter().for_each(|&node| window.release(plan, node, NONE));
            }
        }
        code
    }

    /// Writes operations of one kind that are ready.
    fn write(&mut self, code: &mut Vec<u32>, plan: &mut Plan, kind: u32, batch: &[u32]) {
        let mut rest = batch;
        while !rest.is_empty() {
            let now;
            if kind < KINDS {
                let size = SIZES.iter().position(|&size| size <= rest.len()).expect("1 is a size");
                (now, rest) = rest.split_at(SIZES[size]);
                code.push(kind * SIZES.len() as u32 + size as u32);
            } else {
                (now, rest) = rest.split_at(rest.len().min(CALLS));
                code.extend([CALL, kind - KINDS, now.len() as u32]);
            }
            self.decisions += 1;
            for &node in now {
                plan.operands(node, |operand| code.push(plan.place(operand)));
                self.give_place(plan, node);
                if let Op::First(_) = plan.graph.nodes[node as usize].op {
                    self.give_place(plan, node + 1);
                }
            }
        }
    }

    /// Writes operations of one kind with blocks, those with evenly spaced operands as rows.
    fn write_rows(&mut self, code: &mut Vec<u32>, plan: &mut Plan, kind: u32, batch: &[u32]) {
        let places = |plan: &Plan, node: u32| {
            let (mut places, mut count) = ([0; 4], 0);
            plan.operands(node, |operand| {
                places[count] = plan.place(operand);
                count += 1;
            });
            (places, count)
        };
        let distances = |from: [u32; 4], to: [u32; 4]| -> [i64; 4] {
            std::array::from_fn(|k| i64::from(to[k]) - i64::from(from[k]))
        };
        // What is not written yet begins at `waiting`; up to `here` it is in no row.
        let (mut waiting, mut here) = (0, 0);
        while here + LEAST_ROW <= batch.len() {
            let (first, arity) = places(plan, batch[here]);
            let mut last = places(plan, batch[here + 1]).0;
            let even = distances(first, last);
            let mut count = 2;
            while let Some(&node) = batch.get(here + count) {
                let next = places(plan, node).0;
                if count == u16::MAX as usize || distances(last, next) != even {
                    break;
                }
                (last, count) = (next, count + 1);
            }
            if count < LEAST_ROW || even.iter().any(|even| !(-i64::from(EVEN)..i64::from(EVEN)).contains(even)) {
                here += 1;
                continue;
            }
            self.write(code, plan, kind, &batch[waiting..here]);
            code.extend([ROW + kind, count as u32]);
            for k in 0..arity {
                code.extend([first[k], (even[k] + i64::from(EVEN)) as u32]);
            }
            self.decisions += 1;
            batch[here..][..count].iter().for_each(|&node| self.give_place(plan, node));
            here += count;
            waiting = here;
        }
        self.write(code, plan, kind, &batch[waiting..]);
    }

    /// Writes operations that each take the result of the one before.
    fn write_chain(&mut self, code: &mut Vec<u32>, plan: &mut Plan, word: u32, chain: &[(u32, usize)]) {
        code.extend([word, chain.len() as u32]);
        self.decisions += 1;
        for (k, &(node, position)) in chain.iter().enumerate() {
            let start = code.len();
            plan.operands(node, |operand| code.push(plan.place(operand)));
            let taken = code.remove(start + position);
            if k == 0 {
                code.insert(start, taken);
            }
            self.give_place(plan, node);
        }
    }

    /// What follows is kept or not.
    fn go(&mut self, code: &mut Vec<u32>, plan: &mut Plan, keeping: usize) {
        if plan.writes != Some(keeping) {
            plan.writes = Some(keeping);
            code.extend([GO, plan.next[keeping]]);
        }
    }

    fn give_place(&mut self, plan: &mut Plan, node: u32) {
        let next = &mut plan.next[plan.writes.unwrap_or(KEPT)];
        assert!(*next < NONE - 1, "dualtape: a program has no room for more than 2³² results");
        plan.place[node as usize] = *next;
        *next += 1;
        self.cells = self.cells.max(*next as usize);
        self.operations += 1;
    }
}

/// Puts those together whose operands come from the same batches or are the same constants: in a program with repetitions, their places
/// are evenly spaced then.
fn sort(plan: &Plan, batch: &mut [u32], sorted: &mut Vec<([u32; 3], u32)>) {
    sorted.clear();
    sorted.extend(batch.iter().map(|&node| {
        let (mut from, mut k) = ([0; 3], 0);
        plan.operands(node, |operand| {
            if let Some(from) = from.get_mut(k) {
                *from = match operand {
                    Operand::Node(node) => plan.batch[plan.computed_by(node) as usize],
                    constant => plan.place(constant),
                };
            }
            k += 1;
        });
        (from, node)
    }));
    sorted.sort_unstable();
    batch.iter_mut().zip(sorted).for_each(|(node, (_, sorted))| *node = *sorted);
}

/// Operations that are scheduled together.
struct Window {
    nodes: Vec<u32>,
    /// Of each operation, how many of its operands are missing.
    missing: Vec<u32>,
    /// Of each operation, who waits for it: a list in `links`.
    waiting: Vec<u32>,
    links: Vec<(u32, u32)>,
    ready: Ready,
}

impl Window {
    /// The next operations of the recording. `false` if there are none.
    fn fill(&mut self, plan: &mut Plan, nodes: &mut std::ops::Range<usize>) -> bool {
        self.nodes.clear();
        self.links.clear();
        for node in nodes {
            if let Op::Input(k) = plan.graph.nodes[node].op {
                plan.place[node] = k;
            } else if plan.kind[node] != NONE {
                self.nodes.push(node as u32);
                if self.nodes.len() == WINDOW {
                    break;
                }
            }
        }
        for &node in &self.nodes {
            plan.operands(node, |operand| {
                if let Operand::Node(operand) = operand
                    && plan.place[operand as usize] == NONE
                {
                    let operand = plan.computed_by(operand);
                    self.missing[node as usize] += 1;
                    self.links.push((node, self.waiting[operand as usize]));
                    self.waiting[operand as usize] = self.links.len() as u32 - 1;
                }
            });
            if self.missing[node as usize] == 0 {
                self.ready.push(plan.kind[node as usize], node);
            }
        }
        !self.nodes.is_empty()
    }

    /// Who waits for `node`, once for each operand that it is.
    fn waiting(&self, node: u32) -> impl Iterator<Item = u32> {
        let mut link = self.waiting[node as usize];
        std::iter::from_fn(move || {
            let &(user, next) = self.links.get(link as usize)?;
            link = next;
            Some(user)
        })
    }

    /// Tells those who wait for `node` that it is there; `next` is run at once and need not become ready.
    fn release(&mut self, plan: &Plan, node: u32, next: u32) {
        let mut link = self.waiting[node as usize];
        while let Some(&(user, after)) = self.links.get(link as usize) {
            let missing = &mut self.missing[user as usize];
            *missing -= 1;
            if *missing == 0 && user != next {
                self.ready.push(plan.kind[user as usize], user);
            }
            link = after;
        }
    }

    /// Whether `user` misses `node` only, and then which chain it continues, with the position of the operand.
    fn continues(&self, plan: &Plan, node: u32, user: u32) -> Option<(u32, usize)> {
        if self.missing[user as usize] != 1 {
            return None;
        }
        let (mut k, mut position) = (0, 0);
        plan.operands(user, |operand| {
            if operand == Operand::Node(node) {
                position = k;
            }
            k += 1;
        });
        Some((chain_of(plan.kind[user as usize], position)?, position))
    }

    /// Follows a chain from `node`, which is ready: the operations, each with the position of the operand that is the one before, and
    /// the word of the chain. `None` if it is alone. In any case `node` and what follows count as run.
    fn chain(&mut self, plan: &Plan, node: u32, chain: &mut Vec<(u32, usize)>) -> Option<u32> {
        chain.clear();
        chain.push((node, 0));
        let (mut last, mut word) = (node, None);
        loop {
            let kind = plan.kind[node as usize];
            let next = self.waiting(last).filter(|&user| plan.kind[user as usize] == kind).find_map(|user| {
                let (found, position) = self.continues(plan, last, user)?;
                (word.unwrap_or(found) == found).then_some((user, found, position))
            });
            let Some((user, found, position)) = next else {
                self.release(plan, last, NONE);
                return word;
            };
            self.release(plan, last, user);
            if word.is_none() {
                chain[0].1 = if matches!(found, DOT_CHAIN | SUB_DOT_CHAIN) { 2 } else { 0 };
            }
            (last, word) = (user, Some(found));
            chain.push((user, position));
        }
    }
}
