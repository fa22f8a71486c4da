package org.convmark.kernel.onnx;

import java.util.ArrayList;
import java.util.List;

/** A chain of operators that together compute one value. */
final class Operators {
    private static final int FLOAT = 1;
    private static final int STRING = 3;
    private static final int INT = 2;
    private static final int INTS = 7;

    private record Operator(String type, List<String> inputs, List<Message> attributes) {}

    private final String out;
    private final List<Operator> operators = new ArrayList<>();

    /** @param out name of the value that the last operator computes */
    Operators(String out) {
        this.out = out;
    }

    /** Appends an operator and returns the name of its result, for the operators after it. */
    String then(String type, List<String> inputs, Message... attributes) {
        operators.add(new Operator(type, List.copyOf(inputs), List.of(attributes)));
        return result(operators.size() - 1);
    }

    private String result(int i) {
        return out + "_" + i;
    }

    List<Message> nodes() {
        List<Message> nodes = new ArrayList<>();
        for (int i = 0; i < operators.size(); i++) {
            Operator operator = operators.get(i);
            String result = i == operators.size() - 1 ? out : result(i);
            Message node = new Message();
            operator.inputs.forEach(name -> node.put(1, name));
            node.put(2, result).put(3, result + " " + operator.type).put(4, operator.type);
            operator.attributes.forEach(attribute -> node.put(5, attribute));
            nodes.add(node);
        }
        return nodes;
    }

    static Message attribute(String name, long value) {
        return named(name, INT).put(3, value);
    }

    static Message attribute(String name, String value) {
        return named(name, STRING).put(4, value);
    }

    static Message attribute(String name, float value) {
        return named(name, FLOAT).put(2, value);
    }

    static Message attribute(String name, long[] values) {
        Message attribute = named(name, INTS);
        for (long value : values) {
            attribute.put(8, value);
        }
        return attribute;
    }

    private static Message named(String name, int type) {
        return new Message().put(1, name).put(20, type);
    }
}
