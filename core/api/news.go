package api

import "github.com/manytill/manytill/sdk/protocol"

// etags name what tills load besides orders: the extensions' code and the
// catalogue.
type etags struct{ extensions, catalogue string }

// announce wakes every connection when the server has other extensions or
// another catalogue than before. It is called once a second, and at once after
// a reload.
func (a *API) announce() {
	a.announcing.Lock()
	defer a.announcing.Unlock()
	now := etags{a.Extensions.ETag(), a.catalogueNow().ETag()}
	if was := a.etags.Load(); was != nil && *was == now {
		return
	}
	a.etags.Store(&now)
	for _, s := range a.connections.list() {
		s.wake()
	}
}

// since are the frames that a reader needs who was told of others before.
func (e *etags) since(told *etags) (news []protocol.ServerFrame) {
	if e.extensions != told.extensions {
		news = append(news, protocol.Extensions{ETag: e.extensions})
	}
	if e.catalogue != told.catalogue {
		news = append(news, protocol.Catalogue{ETag: e.catalogue})
	}
	return news
}
