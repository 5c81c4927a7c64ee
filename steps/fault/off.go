//go:build !faults

package fault

// Point marks an instant at which a test may kill the process. It does nothing.
func Point(string) {}
