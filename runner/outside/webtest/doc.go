// Package webtest has what tests of sources need without a network: a web server with files, which can be as poor as some
// real ones are, and faults for any server.
package webtest
