import assert from "node:assert/strict";
import { testsOf } from "./junit_report.ts";

Deno.test("testsOf() gives tests with their names as they are, without the steps that are part of them", () => {
  const report = `<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="deno test" tests="4" failures="0" errors="0" time="3.5">
      <testsuite name="./tests/a_test.ts" tests="4" disabled="0" errors="0" failures="0">
        <testcase name="a &gt; b &amp; &quot;c&quot;" classname="./tests/a_test.ts" time="1.500" line="1" col="2"></testcase>
        <testcase name="whole" classname="./tests/a_test.ts" time="2.000" line="3" col="4"></testcase>
        <testcase name="whole &gt; part" classname="./tests/a_test.ts" time="1.750" line="5" col="6"></testcase>
        <testcase name="whole &gt; part &gt; piece" classname="./tests/a_test.ts" time="1.000" line="7" col="8"></testcase>
      </testsuite>
    </testsuites>`;
  assert.deepEqual(testsOf(report), [
    { name: 'a > b & "c"', file: "tests/a_test.ts", seconds: 1.5 },
    { name: "whole", file: "tests/a_test.ts", seconds: 2 },
  ]);
});
