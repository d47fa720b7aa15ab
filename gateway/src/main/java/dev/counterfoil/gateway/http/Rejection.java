package dev.counterfoil.gateway.http;

/** Carries a {@link Problem} out of code that reads a request. Without a stack trace: what a caller sent is no defect. */
public final class Rejection extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public Rejection(Problem problem) {
        super(problem.code().token(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
