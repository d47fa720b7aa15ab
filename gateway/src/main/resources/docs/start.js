// Shows the contract of the gateway that served this page. A key that is entered stays in this tab and is gone with it.
window.addEventListener("DOMContentLoaded", () => {
  SwaggerUIBundle({
    url: "/openapi.yaml",
    dom_id: "#contract",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    persistAuthorization: false,
    queryConfigEnabled: false,
    // Its default asks a third party.
    validatorUrl: null,
  });
});
