package model

import "context"

// waitingKey is the key of the context in which a client may wait.
type waitingKey struct{}

// withWaiting gives the context of a call, which may outlive the wish for it: what is paid for is waited for. waiting
// ends when nothing more is to be sent.
func withWaiting(call, waiting context.Context) context.Context {
	return context.WithValue(call, waitingKey{}, waiting)
}

// Waiting returns the context in which whoever stands in front of a client waits before a request is sent, or sent
// again. It ends, mostly earlier than ctx, when nothing more is to be sent.
func Waiting(ctx context.Context) context.Context {
	if waiting, ok := ctx.Value(waitingKey{}).(context.Context); ok {
		return waiting
	}
	return ctx
}
