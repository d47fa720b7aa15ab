/** Load scenarios and an auditor that shares no class with what it audits. */
package dev.counterfoil.loadtest;
