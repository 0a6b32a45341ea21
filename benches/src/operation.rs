//! An operation that is measured.

/// An operation that one library repeats.
pub struct Operation {
    /// The row of the table.
    pub row: &'static str,
    /// `floor`, `authflow`, or the name of a peer.
    pub who: &'static str,
    stock: Box<dyn FnMut(usize)>,
    run: Box<dyn FnMut()>,
}

impl Operation {
    pub fn new(row: &'static str, who: &'static str, run: impl FnMut() + 'static) -> Self {
        Self { row, who, stock: Box::new(|_| ()), run: Box::new(run) }
    }

    /// An operation that uses up one value in each run. The value is made before the run, and not measured.
    pub fn consuming<T: 'static>(
        row: &'static str,
        who: &'static str,
        mut make: impl FnMut() -> T + 'static,
        mut run: impl FnMut(T) + 'static,
    ) -> Self {
        let stock = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
        let shelf = stock.clone();
        Self {
            row,
            who,
            stock: Box::new(move |count| shelf.borrow_mut().extend((0..count).map(|_| make()))),
            run: Box::new(move || {
                let value = stock.borrow_mut().pop();
                run(value.expect("stocked"));
            }),
        }
    }

    pub fn name(&self) -> String {
        format!("{}/{}", self.row, self.who)
    }

    /// Makes the values that this many runs use up. Call it before them, unmeasured.
    pub fn stock(&mut self, runs: usize) {
        (self.stock)(runs);
    }

    pub fn run(&mut self) {
        (self.run)();
    }

    /// The operation of this name, ready for this many calls of [`measured`]. It has run before, because the
    /// processor's features are looked up once.
    pub fn warmed_up(name: &str) -> (Self, usize) {
        let mut operation =
            crate::operations().into_iter().find(|operation| operation.is(name)).expect("an operation");
        let runs = operation.runs();
        operation.stock(2 * runs);
        for _ in 0..runs {
            operation.run();
        }
        (operation, runs)
    }

    fn is(&self, name: &str) -> bool {
        self.name() == name
    }

    /// The number of runs that are counted: one, or one for each of its tokens.
    pub fn runs(&self) -> usize {
        if self.row == "verify, varied" { 256 } else { 1 }
    }
}

/// Callgrind recognises this function by its name, and counts only within it.
#[inline(never)]
pub fn measured(operation: &mut Operation) {
    operation.run();
}
