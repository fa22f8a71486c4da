/** The search for schedules: which one is fastest for a row on this machine, and what the planner would have chosen. */
package org.convmark.tune;
