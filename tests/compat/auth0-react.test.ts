import { testFramework } from './auth0-framework-scenarios.js';

testFramework({
  files: [
    ['react', 'umd/react.production.min.js'],
    ['react-dom', 'umd/react-dom.production.min.js'],
    ['@auth0/auth0-react', 'dist/auth0-react.min.js'],
  ],
  script: (options) => `
    const { Auth0Provider, useAuth0, withAuthenticationRequired } = reactAuth0;
    const Loading = () => React.createElement('p', { id: 'state' }, 'loading');
    function Account() {
      window.auth = useAuth0();
      const { isLoading, error, user } = auth;
      if (isLoading) return React.createElement(Loading);
      const state = error
        ? 'error ' + error.error + ': ' + error.message
        : user ? user.name + ' is signed in' : 'signed out';
      return React.createElement('p', { id: 'state' }, state);
    }
    const Page = location.pathname === '/protected'
      ? withAuthenticationRequired(Account, { onRedirecting: Loading })
      : Account;
    ReactDOM.createRoot(document.getElementById('app')).render(
      React.createElement(Auth0Provider, ${options}, React.createElement(Page)),
    );`,
});
