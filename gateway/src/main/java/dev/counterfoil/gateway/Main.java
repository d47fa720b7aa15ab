package dev.counterfoil.gateway;

/** The command line. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        ExitWithParent.ifAsked();
        System.out.println("counterfoil " + BuildInfo.read().version());
    }
}
