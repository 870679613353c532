// What evidence must keep to before it counts, wherever it is judged: when measured, in the report, in the model.

/** Smallest n with 0.99^n ≤ 0.05: from then on the largest sample is a 95 % upper bound of the p99. */
export const MINIMUM_P99_SAMPLES = 299
/** Less of the offered rate than this achieved: the load was not put on the system. */
export const ACHIEVED_OF_OFFERED = 0.99
/** k6's own advice: keep 20 % idle, or its measurements are inflated. */
export const GENERATOR_CPU_LIMIT = 0.8
