"""Expressions: names, attributes, calls, operators."""

import ast
from collections.abc import Mapping, Sequence

import libcst as cst

from sessionlint.extract.newer.parameters import Parameters

_SINGLETONS = {"None": None, "True": True, "False": False}
BINARY: Mapping[type[cst.CSTNode], tuple[str, type[ast.operator]]] = {
    cst.Add: ("+", ast.Add),
    cst.Subtract: ("-", ast.Sub),
    cst.Multiply: ("*", ast.Mult),
    cst.Divide: ("/", ast.Div),
    cst.FloorDivide: ("//", ast.FloorDiv),
    cst.Modulo: ("%", ast.Mod),
    cst.Power: ("**", ast.Pow),
    cst.MatrixMultiply: ("@", ast.MatMult),
    cst.LeftShift: ("<<", ast.LShift),
    cst.RightShift: (">>", ast.RShift),
    cst.BitAnd: ("&", ast.BitAnd),
    cst.BitOr: ("|", ast.BitOr),
    cst.BitXor: ("^", ast.BitXor),
}
_UNARY: Mapping[type[cst.CSTNode], tuple[str, type[ast.unaryop]]] = {
    cst.Not: ("not", ast.Not),
    cst.Minus: ("-", ast.USub),
    cst.Plus: ("+", ast.UAdd),
    cst.BitInvert: ("~", ast.Invert),
}
_COMPARING: Mapping[type[cst.CSTNode], tuple[tuple[str, ...], type[ast.cmpop]]] = {
    cst.Equal: (("==",), ast.Eq),
    cst.NotEqual: (("!=",), ast.NotEq),
    cst.LessThan: (("<",), ast.Lt),
    cst.LessThanEqual: (("<=",), ast.LtE),
    cst.GreaterThan: ((">",), ast.Gt),
    cst.GreaterThanEqual: ((">=",), ast.GtE),
    cst.Is: (("is",), ast.Is),
    cst.IsNot: (("is", "not"), ast.IsNot),
    cst.In: (("in",), ast.In),
    cst.NotIn: (("not", "in"), ast.NotIn),
}


def _is_bare_generator(args: Sequence[cst.Arg]) -> bool:
    """Whether they are one generator that has no parentheses but those of the call."""
    return len(args) == 1 and isinstance(args[0].value, cst.GeneratorExp) and not args[0].value.lpar


class Terms(Parameters):
    """Visits expressions that are neither literals nor displays."""

    def visit_Name(self, node: cst.Name) -> bool:
        start, name = self.open(node), node.value
        self.eat(name)
        return self.close(node, start, ast.Constant(_SINGLETONS[name]) if name in _SINGLETONS else ast.Name(name))

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        start, value = self.open(node), self.term(node.value)
        self.eat(".")
        self.eat(node.attr.value)
        return self.close(node, start, ast.Attribute(value, node.attr.value))

    def visit_Call(self, node: cst.Call) -> bool:
        start, func = self.open(node), self.term(node.func)
        return self.close(node, start, ast.Call(func, *self.arguments(node.args)))

    def arguments(self, nodes: Sequence[cst.Arg]) -> tuple[list[ast.expr], list[ast.keyword]]:
        """The positional and the named arguments of a call or class header, and its parentheses."""
        if _is_bare_generator(nodes):
            return [self.term(nodes[0].value)], []
        args: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        self.eat("(")
        for node in nodes:
            argument = self._argument(node)
            if isinstance(argument, ast.keyword):
                keywords.append(argument)
            else:
                args.append(argument)
            self.eat_if_next(",")
        self.eat(")")
        return args, keywords

    def _argument(self, node: cst.Arg) -> ast.expr | ast.keyword:
        start = self.next()
        self.eat(node.star)
        if node.star == "*":
            return self.place(ast.Starred(self.term(node.value)), start)
        if node.keyword is not None:
            self.eat(node.keyword.value)
            self.eat("=")
        elif not node.star:
            return self.term(node.value)  # type: ignore[no-any-return]
        name = None if node.keyword is None else node.keyword.value
        return self.place(ast.keyword(name, self.term(node.value)), start)

    def visit_Await(self, node: cst.Await) -> bool:
        start = self.open(node)
        self.eat("await")
        return self.close(node, start, ast.Await(self.term(node.expression)))

    def visit_Yield(self, node: cst.Yield) -> bool:
        start = self.open(node)
        self.eat("yield")
        if isinstance(node.value, cst.From):
            self.eat("from")
            return self.close(node, start, ast.YieldFrom(self.term(node.value.item)))
        return self.close(node, start, ast.Yield(self.optional(node.value)))

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        start = self.open(node)
        self.eat("lambda")
        params = self.parameters(node.params)
        self.eat(":")
        return self.close(node, start, ast.Lambda(params, self.term(node.body)))

    def visit_BooleanOperation(self, node: cst.BooleanOperation) -> bool:
        start = self.open(node)
        word, op = ("or", ast.Or()) if isinstance(node.operator, cst.Or) else ("and", ast.And())
        right, left = [node.right], node.left
        while isinstance(left, cst.BooleanOperation) and not left.lpar and type(left.operator) is type(node.operator):
            right.append(left.right)
            left = left.left
        values = [self.term(left)]
        for operand in reversed(right):
            self.eat(word)
            values.append(self.term(operand))
        return self.close(node, start, ast.BoolOp(op, values))

    def visit_BinaryOperation(self, node: cst.BinaryOperation) -> bool:
        start = self.open(node)
        chain = [node]  # from the right: one level, however long it is
        while isinstance(left := chain[-1].left, cst.BinaryOperation) and not left.lpar:
            chain.append(left)
        built = self.term(chain[-1].left)
        for each in reversed(chain):
            sign, op = BINARY[type(each.operator)]
            self.eat(sign)
            built = self.place(ast.BinOp(built, op(), self.term(each.right)), start)
        return self.close(node, start, built)

    def visit_UnaryOperation(self, node: cst.UnaryOperation) -> bool:
        start = self.open(node)
        sign, op = _UNARY[type(node.operator)]
        self.eat(sign)
        return self.close(node, start, ast.UnaryOp(op(), self.term(node.expression)))

    def visit_Comparison(self, node: cst.Comparison) -> bool:
        start, left = self.open(node), self.term(node.left)
        ops: list[ast.cmpop] = []
        comparators: list[ast.expr] = []
        for target in node.comparisons:
            words, op = _COMPARING[type(target.operator)]
            for word in words:
                self.eat(word)
            ops.append(op())
            comparators.append(self.term(target.comparator))
        return self.close(node, start, ast.Compare(left, ops, comparators))

    def visit_IfExp(self, node: cst.IfExp) -> bool:
        start, body = self.open(node), self.term(node.body)
        self.eat("if")
        test = self.term(node.test)
        self.eat("else")
        return self.close(node, start, ast.IfExp(test, body, self.term(node.orelse)))

    def visit_Subscript(self, node: cst.Subscript) -> bool:
        start, value = self.open(node), self.term(node.value)
        self.eat("[")
        index = self._index(node.slice)
        self.eat("]")
        return self.close(node, start, ast.Subscript(value, index))

    def _index(self, nodes: Sequence[cst.SubscriptElement]) -> ast.expr:
        start = self.next()
        found: list[ast.expr] = []
        several = len(nodes) > 1
        for node in nodes:
            found.append(self.term(node.slice))
            several |= self.eat_if_next(",")
        return self.place(ast.Tuple(found), start) if several or isinstance(found[0], ast.Starred) else found[0]

    def visit_Index(self, node: cst.Index) -> bool:
        if not node.star:
            node.value.visit(self)
            return False
        start = self.next()
        self.eat("*")
        return self.finish(start, ast.Starred(self.term(node.value)))

    def visit_Slice(self, node: cst.Slice) -> bool:
        start, lower = self.next(), self.optional(node.lower)
        self.eat(":")
        upper, step = self.optional(node.upper), None
        if isinstance(node.second_colon, cst.Colon):
            self.eat(":")
            step = self.optional(node.step)
        return self.finish(start, ast.Slice(lower, upper, step))

    def visit_NamedExpr(self, node: cst.NamedExpr) -> bool:
        start, target = self.open(node), self.term(node.target)
        self.eat(":=")
        return self.close(node, start, ast.NamedExpr(target, self.term(node.value)))
