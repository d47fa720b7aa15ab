/** Sends requests when they are due, whatever became of those before. */
@NullMarked
package dev.counterfoil.loadtest.openloop;

import org.jspecify.annotations.NullMarked;
