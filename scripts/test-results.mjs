import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

/**
 * Reads the JSON report of a vitest run. A run that failed without a failed test (a file that does not load) is a failure too.
 *
 * @param {string} file the report
 * @param {boolean} ok whether vitest exited with 0
 * @returns {{ passed: number, failures: string[] }} the number of passed tests, and a line for each failure
 */
export function testResults(file, ok) {
  let report
  try {
    report = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    return { passed: 0, failures: [`no results of the tests: ${error.message}`] }
  }
  const failures = report.testResults.flatMap(failuresOf)
  if (!ok && failures.length === 0) failures.push('the test run, without a failed test')
  return { passed: report.numPassedTests, failures }
}

/** The failed tests of one file with the first lines of their messages, or the file that did not load. */
function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(process.cwd(), name)
  const failed = assertionResults.filter((test) => test.status === 'failed')
  if (status === 'failed' && failed.length === 0) return [`${file}: ${message.slice(0, 500)}`]
  return failed.map((test) => `${file}: ${test.fullName}: ${test.failureMessages.join('\n').slice(0, 500)}`)
}
