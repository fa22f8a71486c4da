/** A run on disk, read as values: JMH's JSON and the machine beside it. Nothing derived is stored. */
package org.convmark.results;
