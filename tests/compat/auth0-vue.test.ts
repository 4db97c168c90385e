import { testFramework } from './auth0-framework-scenarios.js';

testFramework({
  files: [
    ['vue', 'dist/vue.global.prod.js'],
    ['@auth0/auth0-vue', 'dist/auth0-vue.production.js'],
  ],
  script: (options) => `
    const app = Vue.createApp({
      setup: () => (window.auth = vueAuth0.useAuth0()),
      template: \`<p id="state" v-if="isLoading">loading</p>
        <p id="state" v-else-if="error">error {{ error.error }}: {{ error.message }}</p>
        <p id="state" v-else-if="user">{{ user.name }} is signed in</p>
        <p id="state" v-else>signed out</p>\`,
    });
    app.use(vueAuth0.createAuth0(${options}));
    app.mount('#app');
    if (location.pathname === '/protected') vueAuth0.createAuthGuard(app)({ fullPath: '/protected' });`,
});
