package dev.counterfoil.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds the arrows of ARCHITECTURE.md: the gateway knows the ledger, never the other way round. */
@AnalyzeClasses(packages = "dev.counterfoil", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String GATEWAY = "dev.counterfoil.gateway..";
    private static final String LEDGER = "dev.counterfoil.ledger..";
    private static final String[] REDIS = {"io.lettuce.."};
    private static final String[] SQL = {"java.sql..", "javax.sql..", "org.jdbi..", "org.postgresql..", "com.zaxxer.."};

    @ArchTest
    static final ArchRule the_ledger_knows_neither_the_gateway_nor_http = noClasses()
            .that()
            .resideInAPackage(LEDGER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(GATEWAY, "io.vertx.ext.web..", "io.vertx.core.http..", "picocli..");

    @ArchTest
    static final ArchRule only_the_ledgers_adapters_speak_redis = noClasses()
            .that()
            .resideInAPackage(LEDGER)
            .and()
            .resideOutsideOfPackages(adapters(
                    "redis", "settlement", "catalog", "access", "books", "rebuild", "installation", "embedded"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(REDIS);

    @ArchTest
    static final ArchRule only_the_ledgers_adapters_speak_sql = noClasses()
            .that()
            .resideInAPackage(LEDGER)
            .and()
            .resideOutsideOfPackages(adapters(
                    "postgres",
                    "settlement",
                    "catalog",
                    "access",
                    "books",
                    "rebuild",
                    "issuing",
                    "installation",
                    "audit",
                    "embedded"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SQL);

    @ArchTest
    static final ArchRule the_gateway_speaks_neither_redis_nor_sql = noClasses()
            .that()
            .resideInAPackage(GATEWAY)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(REDIS)
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage(SQL);

    @ArchTest
    static final ArchRule the_ledgers_packages_form_no_cycle = slices().matching("dev.counterfoil.ledger.(*)..")
            .should()
            .beFreeOfCycles()
            .allowEmptyShould(true);

    private static String[] adapters(String... names) {
        String[] packages = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            packages[i] = "dev.counterfoil.ledger." + names[i] + "..";
        }
        return packages;
    }
}
