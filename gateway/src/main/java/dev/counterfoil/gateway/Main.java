package dev.counterfoil.gateway;

/** The command line. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        String version = Main.class.getPackage().getImplementationVersion();
        System.out.println("counterfoil " + (version == null ? "development" : version));
    }
}
