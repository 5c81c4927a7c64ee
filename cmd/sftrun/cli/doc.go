// Package cli is the command line of sftrun: one file for each command, and what they share.
//
//	run.go        what main calls
//	exit.go       the exit codes, decided here alone
//	root.go       the program as a whole and the flags of all commands
//	output.go     standard output, of which nothing gets lost in silence
//	project.go    the folder that most commands work on: pipeline, store, ledger, runner
//	plan.go, apply.go, show.go, …   the commands
//	plantext.go, report.go, progress.go   what plan and apply write
//	completion.go, complete.go   the script for a shell, and the words that it is given
//	again.go, next.go   the next step that is proposed, as a command line
//	gate.go       the question before money is spent
//	models.go, gateway.go   the models of a pipeline, who answers for them (folder providers), and the gateway before them
//	emulate*.go, rehearse.go   services on this machine, and an apply against them
//	saved*.go     plans in files: their flags, what an apply of one refuses, and what it may ask
//
// Only this package prints, asks and picks exit codes, and only it reads settings of the machine. It never decides
// what has to run and never touches a row: that is package runner and the kinds.
package cli
