/** A run on disk: JMH's JSON and the machine beside it, as values. Nothing derived is stored. */
package org.convmark.results;
