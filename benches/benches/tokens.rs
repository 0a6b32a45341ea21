//! The operations under criterion, one group for each row.

use authflow_bench::{ROWS, operations, times::iterations};
use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut operations = operations();
    for row in ROWS {
        let mut group = criterion.benchmark_group(*row);
        for operation in operations.iter_mut().filter(|operation| operation.row == *row) {
            group.bench_function(operation.who, |bencher| {
                bencher.iter_custom(|runs| iterations(operation, runs));
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
