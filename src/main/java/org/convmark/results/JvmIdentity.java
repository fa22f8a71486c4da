package org.convmark.results;

/**
 * The JVM of a fork, as JMH wrote it.
 *
 * @param version its java.version
 * @param name its java.vm.name
 * @param path its executable
 */
public record JvmIdentity(String version, String name, String path) {}
