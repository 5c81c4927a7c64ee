// Package gemini asks Google's models: through the Gemini API with a key (provider "gemini"), through Vertex AI with a
// key ("express"), and through Vertex AI with a project, a location and application-default credentials ("vertex").
//
// Read it in this order. options.go says whom to ask and as whom, client.go makes the [Client]. transport.go is the one
// place where requests leave and where their failures come from: it adds the key or token (adc.go), and turns whatever is
// no answer into a [Failure] (failure.go, decided by classify.go on what details.go reads, in words without the key by
// text.go).
//
// One request at a time: generate.go, embed.go and count.go call the SDK, each with one attempt, on what content.go
// renders; reply.go reads what a model said. thinking.go knows which levels of thinking a model takes.
//
// Batch jobs: line.go writes the lines of an input file, upload.go and storage.go carry it to the service, jobs.go and
// vertexjobs.go create, find, get, cancel and delete jobs (job.go), download.go fetches what they made, and results.go
// and resultline.go read it. retry.go repeats the steps of an upload or download, which cost nothing to repeat. Nothing
// else is repeated here: not a question, which is paid for, and not the creation of a job, which would be paid twice.
//
// What the SDK does in an unfit way is done without it: its Files.Download takes an error page for data, its upload
// panics at a reply without a file, its Batches.Get fails as a whole when one row has details, and drops the error and
// the figures of a job.
//
// The SDK writes warnings about the environment to the standard logger when a client is made. They do not hold here,
// where nothing is taken from the environment; a program that wants no such lines turns that logger off.
package gemini
