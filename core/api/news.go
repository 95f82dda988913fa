package api

// etags name what tills load besides orders: the extensions' code and the
// catalogue.
type etags struct{ extensions, catalogue string }

// named is a frame and its kind.
type named struct {
	t    string
	body any
}

// extensionsFrame and catalogueFrame tell that there are others now.
type extensionsFrame struct {
	T    string `json:"t" enum:"extensions"`
	ETag string `json:"extensions_etag"`
}

type catalogueFrame struct {
	T    string `json:"t" enum:"catalogue"`
	ETag string `json:"catalogue_etag"`
}

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
func (e *etags) since(told *etags) (news []named) {
	if e.extensions != told.extensions {
		news = append(news, named{"extensions", extensionsFrame{"extensions", e.extensions}})
	}
	if e.catalogue != told.catalogue {
		news = append(news, named{"catalogue", catalogueFrame{"catalogue", e.catalogue}})
	}
	return news
}
